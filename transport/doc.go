// Package transport is the [http.RoundTripper] that a service puts below the
// generated client: it authenticates, keeps within the vendor's rate limits,
// repeats what may be repeated, and bounds what it reads.
//
//	t, err := transport.New(transport.Config{
//		Credentials: transport.Credentials{
//			ClientID:     os.Getenv("RINGCENTRAL_CLIENT_ID"),
//			ClientSecret: transport.NewSecret(os.Getenv("RINGCENTRAL_CLIENT_SECRET")),
//			JWT:          transport.NewSecret(os.Getenv("RINGCENTRAL_JWT")),
//		},
//		Group: ringcentral.ThrottlingGroup, MayRetry: ringcentral.MayRetry, Operation: ringcentral.OperationID,
//	})
//	client, err := ringcentral.NewClient(ringcentral.ServerProduction,
//		ringcentral.WithHTTPClient(t.Client()))
//
// Make one [Transport] for each credential and share it: the token and the
// rate limits belong to the user, not to the request. It is safe for
// concurrent use. It imports golang.org/x/oauth2 and nothing else beyond the
// standard library.
//
// What the vendor's platform does is taken from its public guides (error
// codes, rate limits, JWT flow) as of 2026-04.
//
// # Where requests may go
//
// Requests use https; http is for loopback addresses only. The bearer token is
// added for [Config.Server] and [Config.ExtraServers], compared by scheme, host
// and port, and for nothing else: a redirect to another host is followed
// without it. The caller's request is never changed, and the request that a
// response refers to is the caller's, without the token.
//
// # Authentication
//
// The vendor's JWT grant (RFC 7523 §2.1 and §4) exchanges a ready-made JWT for
// an access token: POST /restapi/oauth/token with the client's id and secret as
// HTTP Basic (RFC 6749 §2.3.1). One fetch is shared by all callers; a caller that
// gives up does not end it for the others. A token is replaced in the background
// before it expires ([Config.EarlyRefresh]); callers wait only when none is left
// to use.
//
// A 401 that says the token is not good (invalid_token of RFC 6750 §3.1, or
// OAU-120 to OAU-136 and OAU-149) drops it: one fetch gets another for all, and
// the request is sent once more, whatever its method, as nothing was done, if its
// body can be rewound. A second one in a row, and every other 401, goes to the
// caller. A token that was never taken is dropped once a minute at most.
//
// A token endpoint that answers 429, 500, 502, 503 or 504, or not at all, is
// asked again, by the rules below; a Retry-After that is longer than anybody
// waits is kept nevertheless, and callers get the error until it is over. A
// refusal in OAuth's or the vendor's words (a JWT that was revoked, an account
// that is locked) is remembered and returned to everybody as a [*TokenError] that
// is Final: nothing is sent until its RetryAfter is over, a minute at first,
// doubling up to an hour, because repeating it is what locks accounts. Whoever
// repairs the credential makes a new Transport.
//
// # Rate limits
//
// The vendor counts requests by usage-plan group, for each user and minute:
// Light 50, Medium 40, Heavy 10, Auth 5. A request's group comes from
// [WithGroup], else from [Config.Group]; the names are those of the
// specification's x-throttling-group, in any case, and new ones need no code.
// A request of a group is held back while the group's allowance is used up. A
// request counts from the moment it is sent until one window after its answer
// came, so the vendor, whose clock runs somewhere between, never counts more than
// the limit. X-Rate-Limit-Limit, -Remaining and -Window correct what is known:
// requests that somebody else made for the same user are counted too.
//
// After a 429 nothing is sent in its group until the penalty is over, because a
// request inside the penalty restarts it: Retry-After (RFC 9110 §10.2.3), else
// the window of the X-Rate-Limit headers, 30 seconds at least, else 30 and, the second time
// in a row, 60. Another group that X-Rate-Limit-Group names is closed as well;
// other groups go on. Requests without a group share one that has no limit of its
// own but knows penalties; so has every other host.
//
// Waiting ends with the request's context. A wait that would outlast the
// context's deadline (an [http.Client.Timeout] is one) or [Config.MaxWait] is not
// begun: a [*ThrottledError] says how long it would have been. Whoever asked
// first is served first, a request that was refused before newer ones; who comes
// when the queue is longer than its context or MaxWait allows is told so at once.
//
// # Repeating
//
//	                         429    500 502 503 504    connection fault
//	GET HEAD PUT DELETE      yes    yes                yes
//	OPTIONS
//	POST PATCH, others       yes    if opted in        if opted in
//	body cannot be rewound   no     no                 no
//
// Opting in is [Config.RetryUnsafe] or, for one request, [WithRetryUnsafe]: it
// says that doing the operation twice is harmless. A body can be rewound if the
// request has GetBody, as [http.NewRequest] provides for bytes and strings, and if
// the try that went wrong lets go of it within a second.
//
// The wait before the next try is Retry-After if given, else 2 seconds, doubled
// each time, at most 60, up to a quarter longer by chance; there are
// [Config.MaxTries] tries. When tries or time run out, or the wait would outlast
// the deadline, the last response is returned as it came, so that the generated
// client makes its typed error of it; a fault is returned as an error that wraps
// its cause. Faults that repeating cannot cure (an untrusted certificate, an
// error of the caller's own body) are returned at once.
//
// # Bounds
//
// A response body longer than [Config.MaxBody], after decompression, ends in a
// [*BodyTooLargeError] on reading; its first MaxBody bytes can be read.
//
// # Watching
//
// [Config.OnEvent] tells of waits, repetitions and tokens, [Config.OnAttempt] of each sending of a request: operation,
// status, duration, bytes, the vendor's request id and its number. Neither holds a credential or a body.
//
// # Secrets
//
// The client secret, the JWT and the access token appear in no error, event, or
// formatted value of this package, not even if a server or [Config.Base] echoes
// them. [Secret] prints as "[redacted]".
//
// # What it does not do
//
// It reads no body but that of a 401, of which the first 64 KiB are looked at and put back, so a 200 with an error
// inside is a success here. It does not know other processes: they are noticed through the vendor's headers only, so
// give each its part of the allowance with [Config.Limits]. It has no timeout of its own for a response's body: use a
// context.
package transport
