// Package ringcentraltest is for tests of services that use the generated client: a server on the loopback interface
// that answers as RingCentral does, from the exchanges that this project has recorded, and raises any documented error
// on demand.
//
//	func TestLunch(t *testing.T) {
//		platform := ringcentraltest.NewServer(t)
//		service := NewService(platform.Client())
//
//		platform.Fail("createAnsweringRule", ringcentral.AWR179)
//		if err := service.CreateLunchRule(t.Context()); !errors.Is(err, ringcentral.AWR179) {
//			t.Errorf("got %v", err)
//		}
//	}
//
// Tests that share a server make it with [Start], in TestMain for instance; [NewHandler] is one without a listener.
//
// Operations are named by their ids, as in [ringcentral.Operation]; a wrong id, recording or code ends the test with a
// message that lists the right ones.
//
// # What is answered
//
// A request of an operation gets, in this order: the next of the answers that [Server.Reply], [Server.Fail] and
// [Server.Throttle] have queued for the operation, each of which is given once unless [Response.Times] says otherwise;
// the documented error that its header Prefer asks for, "code=AWR-111" or "status=403"; the 429 of [Server.Penalize];
// what the function of [Server.Handle] returns; a recorded success without the X-Rate-Limit headers that were recorded
// with it: the server counts nothing. The success answers what was asked: texts, numbers and flags at the top of the
// request, and the id that the path ends in, stand in it, so that a rule that is switched off is off; what a query asks
// for does not change it. [Recordings] lists what there is to choose from; [Recording] leaves nothing out. Answers can
// come late ([Response.Delayed]), in part ([Response.CutOff]) or not at all ([Dropped]).
//
// A request that the description does not allow, as far as the client's types tell (members, types, values, what is
// required), is an error of the test and gets 400 with the reason, unless [Server.AcceptAnything] says otherwise. What
// the platform demands beyond that, such as a condition in each rule (AWR-111), is not known here: queue the error.
//
// POST /restapi/oauth/token is granted, unless [Server.ReplyToken] says otherwise, so that package transport, or what a
// service has in its place, works with [Server.URL]. A transport keeps the vendor's limits here as well: give it higher
// ones (Config.Limits) if the test makes many requests. Any other request is an error of the test and gets the
// platform's 404. So is an answer that was queued and never asked for.
//
// [Server.Requests] tells what was sent. A request whose body the client breaks off, because its reader fails or its
// context ends, does not count: it is not listed, takes no answer and is no error of the test.
//
// # What it does not do
//
// It remembers nothing: a rule that was created cannot be read. It does not look at tokens, limits, patterns and
// formats. The values in recordings are made up, and no exchange was recorded from the platform itself; each file under
// contracttests/recordings says where it is from.
package ringcentraltest
