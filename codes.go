package pkerr

// The plain codes have the number 0, so the status alone tells them apart. They are also the classes: every code
// with the status 404 matches [NotFound], including those that the API adds later.
const (
	// BadRequest is «400: Bad Request». The API sends it for a body that is not JSON or has a value of the wrong JSON
	// type, for a path or query parameter or a timestamp that does not parse, for an empty list of members or groups to
	// add or remove, and for a PATCH without a single known key.
	// Fix the request: the body of the answer does not say what was wrong with it, whatever the API's page says of an
	// `error` key. Without a User-Agent header the API sends this status with no body at all.
	//
	// As a class it is every 4xx that has no plain code of its own, such as 409 and 418.
	BadRequest Code = 400

	// Unauthorized is «401: Missing or invalid Authorization header». The API sends it where the token is missing,
	// mistyped or revoked, and the path says @me, or the request writes a member or a group, or reads a member's settings
	// for a Discord server. Ask the user for a new token.
	// A wrong token on a public GET is no error: it is answered with the public data.
	Unauthorized Code = 401

	// Forbidden is «403: Missing permissions to access this resource». The API sends it where a request writes to a system,
	// or reads its settings for a Discord server, with the token of another one. With a wrong token or none it does so too,
	// unless the path says @me. Use another token, or leave it. (The API's page has another text for it, of being blocked;
	// the API never sends that one.)
	Forbidden Code = 403

	// NotFound is «404: Not Found». The API itself sends no such body: its unknown routes are answered with an empty
	// 404. Check the URL. To ask for any 404 at all, match it with [errors.Is].
	NotFound Code = 404

	// MethodNotAllowed is «405: Method Not Allowed». The API sends the status with an empty body, and an Allow header.
	// Use one of the methods that the header names.
	MethodNotAllowed Code = 405

	// Gone is «Unsupported API version». The API sends it on the paths of version 1, which it no longer has.
	// Move to version 2: no retry helps.
	Gone Code = 410

	// ContentTooLarge is «413: Content Too Large». The API itself never sends it (over 30 MB it fails with a 500), but a
	// proxy before it may, as those of self-hosted servers do, with an HTML body or none. Send less.
	ContentTooLarge Code = 413

	// UnsupportedMediaType is «415: Unsupported Media Type». The API sends the status, with problem details for a body,
	// where a request with a body does not say that it is JSON. Set the Content-Type to application/json.
	UnsupportedMediaType Code = 415

	// TooManyRequests is «429: too many requests». The API sends it where requests come faster than a rate limit allows. It
	// carries how long to wait ([RetryAfter]) and the scope of the limit that was hit. Wait a little longer than it says, as
	// RetryDelay in package client tells: the first refusal of a burst says 0 milliseconds, and a client that obeys to the
	// letter can be refused for ever.
	TooManyRequests Code = 429

	// InternalServerError is «500: Internal Server Error». The API sends it for its own faults, and for some mistakes of
	// the caller: a switch ID that is not a UUID, a negative limit, null for a boolean. Check the request before reporting
	// it. A write may have happened all the same, so repeat none blindly.
	//
	// As a class it is every 5xx, 501 to 504 included.
	InternalServerError Code = 500
)

// Things that were not found.
const (
	// SystemNotFound is «System not found.» The API sends it for a system ID, or the ID of a Discord account, that it
	// does not know. Check the reference; where it came from a Discord account, the account simply has no system.
	SystemNotFound Code = 20001_404

	// MemberNotFound is «Member not found.» The API sends it where the path names a member that does not exist, or was
	// deleted. Check the reference. It also matches [MemberNotFoundWithRef].
	MemberNotFound Code = 20002_404

	// MemberNotFoundWithRef is «Member '{memberRef}' not found.» The API sends it where a list in the body names a member
	// that does not exist or belongs to another system. [Ref] gives the reference, as the caller wrote it; drop it from the
	// list, or mend it. It is a [MemberNotFound].
	MemberNotFoundWithRef Code = 20003_404

	// GroupNotFound is «Group not found.» The API sends it where the path names a group that does not exist, or a list of
	// groups to add names one that does not exist or belongs to another system. Check the reference. It also matches
	// [GroupNotFoundWithRef].
	GroupNotFound Code = 20004_404

	// GroupNotFoundWithRef is «Group '{groupRef}' not found.» The API sends it where the list of groups that a member is to
	// be removed from, or to have instead of its own, names one that does not exist or belongs to another system. [Ref]
	// gives the reference. It is a [GroupNotFound].
	GroupNotFoundWithRef Code = 20005_404

	// MessageNotFound is «Message not found.» The API sends it for a Discord message that PluralKit did not proxy. This is
	// the common case, not a fault: treat it as the answer «not proxied».
	MessageNotFound Code = 20006_404

	// SwitchNotFound is «Switch not found.» The API sends it for a switch UUID that it does not know. Read the list of
	// switches again. It also matches [SwitchNotFoundPublic]. (A reference that is no UUID is answered with a 500.)
	SwitchNotFound Code = 20007_404

	// SwitchNotFoundPublic is «Switch not found, switch associated with different system, or unauthorized to view front
	// history.» The API sends it where the switch exists, and is another system's or in a front history that is private.
	// Check the system and the token. It is a [SwitchNotFound].
	SwitchNotFoundPublic Code = 20008_404

	// SystemGuildNotFound is «No system guild settings found for target guild.» The API sends it where the system has set
	// nothing for that Discord server yet. Treat it as the defaults.
	SystemGuildNotFound Code = 20009_404

	// MemberGuildNotFound is «No member guild settings found for target guild.» The API sends it where the member has set
	// nothing for that Discord server yet. Treat it as the defaults.
	MemberGuildNotFound Code = 20010_404
)

// Things that the caller may not see or change.
const (
	// UnauthorizedMemberList is «Unauthorized to view member list». The API sends it where a system keeps its member list
	// private and the token is not that system's. Respect it: only the system itself can change this.
	UnauthorizedMemberList Code = 30001_403

	// UnauthorizedGroupList is «Unauthorized to view group list». The API sends it where a system keeps its groups, or those
	// of a member, private and the token is not that system's. Respect it.
	UnauthorizedGroupList Code = 30002_403

	// UnauthorizedGroupMemberList is «Unauthorized to view group member list». The API sends it where a group keeps its
	// members private and the token is not its system's. Respect it.
	UnauthorizedGroupMemberList Code = 30003_403

	// UnauthorizedCurrentFronters is «Unauthorized to view current fronters.» The API sends it where a system keeps its
	// fronters private and the token is not that system's. Respect it.
	UnauthorizedCurrentFronters Code = 30004_403

	// UnauthorizedFrontHistory is «Unauthorized to view front history.» The API sends it where a system keeps its front
	// history private and the token is not that system's. Respect it.
	UnauthorizedFrontHistory Code = 30005_403

	// NotOwnMember is «Target member is not part of your system.» The API sends it where a request changes, or reads the
	// private side of, a member of another system. Use that system's token. It also matches [NotOwnMemberWithRef].
	NotOwnMember Code = 30006_403

	// NotOwnGroup is «Target group is not part of your system.» The API sends it where a request changes a group of another
	// system. Use that system's token. It also matches [NotOwnGroupWithRef].
	NotOwnGroup Code = 30007_403

	// NotOwnMemberWithRef is «Member '{memberRef}' is not part of your system.» The API sends it from one endpoint, that which
	// changes the members of a switch. [Ref] gives the reference; drop it from the list. It is a [NotOwnMember].
	NotOwnMemberWithRef Code = 30008_403

	// NotOwnGroupWithRef is «Group '{groupRef}' is not part of your system.» It is documented, but today's API never sends it.
	// [Ref] gives the reference. It is a [NotOwnGroup].
	NotOwnGroupWithRef Code = 30009_403
)

// Things that are wrong with the request. The last four, from 40007 on, are in the API's server and not in its
// documentation.
const (
	// ModelParse is «Error parsing JSON model». The API sends it where members of the body are invalid, too long, missing
	// or null, and says which in `errors`: [FieldErrors] has them by key. Show them beside the fields, and let the user
	// mend them. Servers build it with [Fields].
	ModelParse Code = 40001_400

	// MissingAutoproxyMember is «Missing autoproxy member for member-mode autoproxy.» It is documented, but the API has not
	// sent it since March 2022; a [ModelParse] on the key autoproxy_member came in its place. Name the member.
	MissingAutoproxyMember Code = 40002_400

	// DuplicateMembersInList is «Duplicate members in member list.» The API sends it where a switch names a member twice.
	// Send each once.
	DuplicateMembersInList Code = 40003_400

	// SameSwitchMembers is «Member list identical to current fronter list.» The API sends it where a switch would change
	// nothing. Those fronters are what was wanted: treat it as success.
	SameSwitchMembers Code = 40004_400

	// SameSwitchTimestamp is «Switch with provided timestamp already exists.» The API sends it where two switches would have
	// the same moment. After a retry with the same moment it means that the first try went through; else choose another one.
	SameSwitchTimestamp Code = 40005_400

	// InvalidSwitchID is «Invalid switch ID.» It is documented, but in practice today's API answers a reference that is no UUID
	// with an [InternalServerError]. Send the UUID that the API gave for the switch.
	InvalidSwitchID Code = 40006_400

	// MemberLimitReached is «Member limit reached.» The API sends it where the system has as many members as it may have.
	// No retry helps: members must be deleted, or a higher limit asked for at PluralKit's support server.
	MemberLimitReached Code = 40007_400

	// GroupLimitReached is «Group limit reached.» The API sends it where the system has as many groups as it may have. No
	// retry helps: groups must be deleted, or a higher limit asked for at PluralKit's support server.
	GroupLimitReached Code = 40008_400

	// PatchLatchMember is «Cannot patch autoproxy member with latch-mode autoproxy.» It is in the API's server, which no
	// longer sends it. In latch mode the last proxied member is used: leave the member out, or set another mode.
	PatchLatchMember Code = 40009_400

	// Unimplemented is «Unimplemented». The API sends it for autoproxy settings without a guild_id, or with a channel_id.
	// It is a 5xx that no retry helps: name the guild, and leave the channel out.
	Unimplemented Code = 50001_501
)

// entry is what there is to know about one constant.
type entry struct {
	code    Code
	name    string
	message string // as on the wire; {…} stands for the reference that the caller sent
	base    Code   // the numbered code that it refines, 0 for none
	action  Action // what the caller does about it
}

// table holds every constant, in order. It is data that is laid out by the compiler and never written to.
var table = [...]entry{
	{BadRequest, "BadRequest", "400: Bad Request", 0, ActionFixRequest},
	{Unauthorized, "Unauthorized", "401: Missing or invalid Authorization header", 0, ActionChangeToken},
	{Forbidden, "Forbidden", "403: Missing permissions to access this resource", 0, ActionChangeToken},
	{NotFound, "NotFound", "404: Not Found", 0, ActionCheckRef},
	{MethodNotAllowed, "MethodNotAllowed", "405: Method Not Allowed", 0, ActionFixRequest},
	{Gone, "Gone", "Unsupported API version", 0, ActionFixRequest},
	{ContentTooLarge, "ContentTooLarge", "413: Content Too Large", 0, ActionFixRequest},
	{UnsupportedMediaType, "UnsupportedMediaType", "415: Unsupported Media Type", 0, ActionFixRequest},
	{TooManyRequests, "TooManyRequests", "429: too many requests", 0, ActionRetry},
	{InternalServerError, "InternalServerError", "500: Internal Server Error", 0, ActionReport},

	{SystemNotFound, "SystemNotFound", "System not found.", 0, ActionCheckRef},
	{MemberNotFound, "MemberNotFound", "Member not found.", 0, ActionCheckRef},
	{MemberNotFoundWithRef, "MemberNotFoundWithRef", "Member '{memberRef}' not found.", MemberNotFound, ActionCheckRef},
	{GroupNotFound, "GroupNotFound", "Group not found.", 0, ActionCheckRef},
	{GroupNotFoundWithRef, "GroupNotFoundWithRef", "Group '{groupRef}' not found.", GroupNotFound, ActionCheckRef},
	{MessageNotFound, "MessageNotFound", "Message not found.", 0, ActionTreatAsEmpty},
	{SwitchNotFound, "SwitchNotFound", "Switch not found.", 0, ActionCheckRef},
	{SwitchNotFoundPublic, "SwitchNotFoundPublic", "Switch not found, switch associated with different system, or unauthorized to view front history.", SwitchNotFound, ActionCheckRef},
	{SystemGuildNotFound, "SystemGuildNotFound", "No system guild settings found for target guild.", 0, ActionTreatAsEmpty},
	{MemberGuildNotFound, "MemberGuildNotFound", "No member guild settings found for target guild.", 0, ActionTreatAsEmpty},

	{UnauthorizedMemberList, "UnauthorizedMemberList", "Unauthorized to view member list", 0, ActionRespectPrivacy},
	{UnauthorizedGroupList, "UnauthorizedGroupList", "Unauthorized to view group list", 0, ActionRespectPrivacy},
	{UnauthorizedGroupMemberList, "UnauthorizedGroupMemberList", "Unauthorized to view group member list", 0, ActionRespectPrivacy},
	{UnauthorizedCurrentFronters, "UnauthorizedCurrentFronters", "Unauthorized to view current fronters.", 0, ActionRespectPrivacy},
	{UnauthorizedFrontHistory, "UnauthorizedFrontHistory", "Unauthorized to view front history.", 0, ActionRespectPrivacy},
	{NotOwnMember, "NotOwnMember", "Target member is not part of your system.", 0, ActionCheckRef},
	{NotOwnGroup, "NotOwnGroup", "Target group is not part of your system.", 0, ActionCheckRef},
	{NotOwnMemberWithRef, "NotOwnMemberWithRef", "Member '{memberRef}' is not part of your system.", NotOwnMember, ActionCheckRef},
	{NotOwnGroupWithRef, "NotOwnGroupWithRef", "Group '{groupRef}' is not part of your system.", NotOwnGroup, ActionCheckRef},

	{ModelParse, "ModelParse", "Error parsing JSON model", 0, ActionFixRequest},
	{MissingAutoproxyMember, "MissingAutoproxyMember", "Missing autoproxy member for member-mode autoproxy.", 0, ActionFixRequest},
	{DuplicateMembersInList, "DuplicateMembersInList", "Duplicate members in member list.", 0, ActionFixRequest},
	{SameSwitchMembers, "SameSwitchMembers", "Member list identical to current fronter list.", 0, ActionTreatAsSuccess},
	{SameSwitchTimestamp, "SameSwitchTimestamp", "Switch with provided timestamp already exists.", 0, ActionFixRequest},
	{InvalidSwitchID, "InvalidSwitchID", "Invalid switch ID.", 0, ActionFixRequest},
	{MemberLimitReached, "MemberLimitReached", "Member limit reached.", 0, ActionMakeRoom},
	{GroupLimitReached, "GroupLimitReached", "Group limit reached.", 0, ActionMakeRoom},
	{PatchLatchMember, "PatchLatchMember", "Cannot patch autoproxy member with latch-mode autoproxy.", 0, ActionFixRequest},
	{Unimplemented, "Unimplemented", "Unimplemented", 0, ActionFixRequest},
}
