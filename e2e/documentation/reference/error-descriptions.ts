/**
 * The meaning and the remedy of errors whose text comes from the code that throws them, or is not clear without its values.
 * `errors.md` can't be generated without an entry for each.
 */
export const errorDescriptions: Readonly<Record<string, readonly [what: string, remedy: string]>> = {
  RGW_AMBIGUOUS_HEADER: [
    'a header was sent more than once, or is named in Connection',
    'send the header once, and do not name it in Connection',
  ],
  RGW_AMBIGUOUS_PARAMETERS: ['a parameter is unknown or ambiguous', 'send each known parameter once'],
  RGW_APPROVAL_NEEDED: [
    'a policy package requires an approval, and you have no grant of the request rule that it names',
    'ask for access with the command in the message',
  ],
  RGW_RESTORE_REFUSED: [
    'the restored log could not be continued from its copies of checkpoints',
    'see the message; nothing was recorded',
  ],
  RGW_ARCHIVE_REFUSED: ['a month can’t be archived or dropped', 'see the message; nothing was dropped'],
  RGW_BAD_FRAME: [
    'the HTTP request is ambiguous or invalid',
    'see [the rules of requests](#the-rest-of-a-request), some of which have another status',
  ],
  RGW_BODY_TOO_LARGE: ['the form is too large', 'send a smaller form'],
  RGW_BODY_TOO_SLOW: ['the request body arrived too slowly', 'send it faster, or raise `BODY_TIMEOUT`'],
  RGW_BROWSER_CALL: ['a page in a browser called the rack API', 'use convox'],
  RGW_CANNOT_LISTEN: ['the gateway can’t listen on the port or address', 'choose another `PORT` or `HOST`'],
  RGW_CHANGE_UNCLEAR: [
    'the connection to the rack broke during a change, and the rack may have made the change',
    'check the rack before you repeat it',
  ],
  RGW_CLI_ALREADY_EXISTS: ['what the command would create exists already', 'use it, or pass `--if-missing`'],
  RGW_CLI_AUDIT_UNAVAILABLE: [
    'the gateway could not record the call, or its outcome',
    'see the message for whether the rack made the change',
  ],
  RGW_CLI_AUDIT_UNREADABLE: ['the log or proof could not be read to its end', 'see the message for the cause'],
  RGW_CLI_BAD_SETTING: ['a setting is invalid', 'correct the named setting'],
  RGW_CLI_CONVOX_IS_RACK_GATEWAY: [
    'the program that was found as convox is rack-gateway itself',
    'set `CONVOX_BIN` to the path of the Convox CLI',
  ],
  RGW_CLI_CONVOX_MISSING: ['convox was not found', 'install the Convox CLI, or set `CONVOX_BIN` to its path'],
  RGW_CLI_CONVOX_NOT_EXECUTABLE: ['convox cannot be executed', 'see the message for its cause'],
  RGW_CLI_GATEWAY_UNREACHABLE: ['the gateway can’t be reached', 'run `rack-gateway doctor`'],
  RGW_CLI_GATEWAY_UNTRUSTED: [
    'the gateway’s certificate can’t be verified',
    'see [the causes](../how-to/verified-tls.md#when-the-certificate-is-not-valid)',
  ],
  RGW_CLI_JOB_TOKEN_MISSING: ['the job has no OIDC token', 'add the named lines to the pipeline file'],
  RGW_CLI_KEYCHAIN_UNUSABLE: ['the system’s keychain does not answer', 'set `RACK_GATEWAY_TOKEN_STORE=file`'],
  RGW_CLI_LOGIN_FAILED: ['the login by browser failed', 'run `rack-gateway login` again'],
  RGW_CLI_LOGIN_REFUSED: [
    'a login of the rack-gateway command was denied',
    'see [the rules of these logins](#logins-of-rack-gateway)',
  ],
  RGW_CLI_NOT_LOGGED_IN: ['there is no token for the gateway', 'run `rack-gateway login`'],
  RGW_CLI_NOT_SIGNED: [
    'no checkpoint has signed the event',
    'if it was just recorded, try again in a minute; otherwise verify the archive',
  ],
  RGW_CLI_POLICY_INVALID: ['a policy document or a file of cases is invalid', 'correct the named lines'],
  RGW_CLI_RECORDING_BROKEN: ['a recording was changed or damaged', 'tell an administrator'],
  RGW_CLI_RECORDING_NOT_WHOLE: [
    'a recording was cut by a crash, broke off, or has no events in the log any more',
    'add `--archive` if its month was archived',
  ],
  RGW_CLI_REFUSED: ['the policy denies the command', 'see the rule'],
  RGW_CLI_STEP_UP_NEEDED: [
    'the call needs a proof of your second factor, and there is none',
    'run it in a terminal, or set RACK_GATEWAY_MFA_CODE',
  ],
  RGW_CLI_TOKEN_EXPIRED: ['the token has expired', 'run `rack-gateway login`'],
  RGW_CLI_TOKEN_REFUSED: ['the gateway rejected the token', 'run `rack-gateway login`'],
  RGW_CLI_UNKNOWN_RACK: ['the rack is unknown', 'use one of the listed names'],
  RGW_CLI_USAGE: ['the command line is invalid', 'see the named command’s help'],
  RGW_CONFIG_DIRECTORY_SHARED: [
    'the configuration directory is also used for other files',
    'set `RACK_GATEWAY_CONFIG_DIR` to a directory that only rack-gateway uses',
  ],
  RGW_CONFIG_FILE_BROKEN: [
    'a configuration file is invalid; it was not changed',
    'correct the file, or move it away and log in again',
  ],
  RGW_CONFIG_FILE_FOREIGN: [
    'a configuration file or its directory belongs to another user, who could send your tokens elsewhere',
    'take it over with chown, or set `RACK_GATEWAY_CONFIG_DIR`',
  ],
  RGW_CONFIG_FILE_UNUSABLE: [
    'a configuration file cannot be read or written',
    'check its owner, its permissions, and the free disk space',
  ],
  RGW_CONFIG_INVALID: ['environment variables are missing or invalid', 'correct all listed variables'],
  RGW_CSRF_REFUSED: [
    'a change by a browser session has no valid CSRF token or origin',
    'send `csrfToken` as `X-CSRF-Token`',
  ],
  RGW_DATABASE_UNAVAILABLE: ['PostgreSQL can’t be used', 'see the cause in the message'],
  RGW_FACTOR_NOT_PROVED: [
    'the code or the response of the passkey did not prove your second factor',
    'see [the rules of requests](#the-rest-of-a-request)',
  ],
  RGW_IDENTITY_NOT_FOUND: [
    'the named user, token, binding, or other entry does not exist',
    'list the existing ones, or create it first',
  ],
  RGW_INVALID_FILTER: ['a filter of an audit search is invalid', 'see the message for its format'],
  RGW_INVALID_FACTOR: [
    'the code or the response of the authenticator is wrong, so the second factor was not added',
    'type the code that the app shows now, or begin again',
  ],
  RGW_INVALID_NAME: ['a name or email address is invalid', 'choose another one'],
  RGW_INVALID_PARAMETER: [
    'a parameter has an unsafe value',
    'see [the grammar](rack-api.md#what-values-must-look-like)',
  ],
  RGW_INVALID_REQUEST: ['a field does not match the endpoint’s schema', 'correct the named field'],
  RGW_INVALID_TRUST: ['a trust is invalid, or would admit too many jobs', 'see the message'],
  RGW_LOGIN_MISCONFIGURED: ['the login’s configuration is invalid', 'correct the named variable'],
  RGW_MISDIRECTED: ['the host of the request is not that of `PUBLIC_URL`', 'use `PUBLIC_URL`'],
  RGW_NOT_CANONICAL: ['the path or query is ambiguous', 'see [the rules of paths](#the-path)'],
  RGW_NOT_FOUND: ['there is nothing at this address', 'check the address'],
  RGW_NOT_PERMITTED: [
    'the policy denies the call; the message names the permission or rule, and the roles that have it',
    'ask an administrator for a role',
  ],
  RGW_NO_REVIEWERS: [
    'fewer users can review the access request than its rule needs; the message says why',
    'ask an administrator of the gateway',
  ],
  RGW_REQUEST_OUTDATED: [
    'the policy no longer lets the user ask for what a review would grant',
    'deny the access request, or grant less',
  ],
  RGW_NOT_SIGNED_YET: ['no checkpoint has signed the event yet', 'try again in a minute'],
  RGW_IDENTITY_NOT_CONFIRMED: [
    'the identity provider no longer confirms your account, so all your sessions were ended',
    'run `rack-gateway login`',
  ],
  RGW_NO_ALARM: ['the acknowledged event is not an alarm', 'see `rack-gateway audit alarms`'],
  RGW_NO_SUCH_RELEASE: ['the release that the environment is compared with does not exist', 'check its name'],
  RGW_OBJECT_KEY_INVALID: ['a text cannot be the key of an object', 'choose another key'],
  RGW_OBJECT_STORE_UNUSABLE: ['an object store cannot be used', 'see the cause in the message'],
  RGW_OUTCOME_NOT_RECORDED: [
    'the outcome of a change could not be recorded; the message says what the rack did',
    'check whether the change was made before you repeat it',
  ],
  RGW_PACKAGES_TOO_SLOW: [
    'the policy packages did not decide planned calls (as of `rack-gateway can`) within 8 s',
    'send fewer planned calls in one request',
  ],
  RGW_PACKAGE_REFUSED: ['a route of a policy package denied the call, with its own status', 'see the message'],
  RGW_PASSKEYS_UNAVAILABLE: [
    'you have no passkey, or this gateway does not support them: `PUBLIC_URL` is not set or contains an IP address',
    'use an authenticator app',
  ],
  RGW_RACK_MISMATCH: ['the header `Rack`, the path, and the token name different racks', 'name only one rack'],
  RGW_RECORDING_BROKEN: ['no part of a recording could be verified', 'tell an administrator'],
  RGW_RECORDING_OVER: ['the session has already ended', 'there is nothing to do'],
  RGW_RECORDING_REMOVED: ['retention removed the recording', 'see `RECORDINGS_KEEP`'],
  RGW_RECORDING_UNAVAILABLE: ['a session can’t be recorded, or there is no store', 'try again, or tell the operator'],
  RGW_SEARCH_BUSY: [
    'you, or all callers together, run as many searches, exports, or streams of this kind as the gateway allows',
    'wait for one to end, and try again',
  ],
  RGW_SINK_MISCONFIGURED: ['a sink selects an unknown kind of event', 'correct `AUDIT_SINK_KINDS_<NAME>`'],
  RGW_STEP_UP_ENDED: ['the step-up has expired, or was used already', 'repeat the command, which asks for a new proof'],
  RGW_STEP_UP_NEEDED: [
    'the call needs a proof of a second factor',
    'do what the message says, because each program asks in another way',
  ],
  RGW_INSUFFICIENT_AUTHORITY: [
    'you can’t grant permissions that you don’t have, nor [change the access of a principal](api.md#changes) that has them',
    'ask an administrator',
  ],
  RGW_TOO_MANY_CALLS: ['a limit of calls or of memory is reached', 'wait as long as the header `Retry-After` says'],
  RGW_TOO_MANY_REQUESTS: [
    'too many unauthenticated requests, denied calls, changes, or studies of a policy (`rack-gateway policy impact`)',
    'wait as long as the header `Retry-After` says',
  ],
  RGW_UNAUTHENTICATED: ['the credential is missing or invalid', 'see [the rules of authentication](#authentication)'],
  RGW_UNKNOWN_RACK: ['there is no rack with this name', 'use one of the racks that the message names'],
  RGW_UNKNOWN_ROUTE: ['the rack API has no such method and path', 'check the method and the path'],
  RGW_UNMASKABLE_ANSWER: ['the rack’s response could not be masked, so it is not shown', 'see the gateway’s log'],
  RGW_UPSTREAM_REDIRECT: ['the rack answered with a redirect', 'check `RACK_URL_<NAME>`'],
  RGW_UPSTREAM_UNCLEAR: [
    'the gateway asked the rack for a fact that the decision depends on, and got no valid response',
    'check the rack',
  ],
}

/** What the reasons of a rule have in common, if it has several. `errors.md` can't be generated without an entry for each. */
export const ruleMeanings: Readonly<Record<string, string>> = {
  'browser-session': 'The token of a browser session is not in its cookie, or the cookie has a token of another kind.',
  'canonical-path': 'Two programs could read the path or the query differently.',
  'cli-login-session-ended': 'The browser session that allowed this login, or tried to, has ended.',
  'locked-user': 'The user, or the owner of the API token, is locked.',
  'two-credentials': 'The request has more than one credential.',
}
