package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"strconv"
)

// server answers HTTP/1.1 with what is at hand. It understands as much as both clients send, and allocates for a
// connection only: what is measured is the client's.
type server struct {
	listener net.Listener
	url      string
}

func serve() (*server, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &server{listener, "http://" + listener.Addr().String()}
	go s.accept()
	return s, nil
}

func (s *server) close() { _ = s.listener.Close() }

func (s *server) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return // closed
		}
		go answer(conn)
	}
}

// reply is a whole response.
func reply(body string) []byte {
	return fmt.Appendf(
		nil,
		"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		len(body),
		body,
	)
}

// answer serves a connection until it ends or sends what is no request.
func answer(conn net.Conn) {
	defer conn.Close()
	rule, greeting := reply(ruleAnswer), reply(greetingAnswer)
	r := bufio.NewReaderSize(conn, 64<<10)
	for {
		first, err := r.ReadSlice('\n')
		if err != nil {
			return
		}
		response := greeting
		if bytes.Contains(first, []byte("/answering-rule ")) {
			response = rule
		}
		if err := passBody(r); err != nil {
			return
		}
		if _, err := conn.Write(response); err != nil {
			return
		}
	}
}

// passBody reads the headers and the body of a request.
func passBody(r *bufio.Reader) error {
	length, chunked := 0, false
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(": "))
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			if length, err = strconv.Atoi(string(value)); err != nil {
				return err
			}
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			chunked = true
		}
	}
	if !chunked {
		_, err := r.Discard(length)
		return err
	}
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		size, err := strconv.ParseInt(string(bytes.TrimSpace(line)), 16, 32)
		if err != nil {
			return err
		}
		if _, err := r.Discard(int(size) + len("\r\n")); err != nil {
			return err
		}
		if size == 0 {
			return nil
		}
	}
}
