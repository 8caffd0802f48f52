/**
 * What an error says whose sentence is made where it is thrown: its entry in `errors.ts` is only `%s`.
 * The page can't be made while one is missing here.
 */
export const meanings: Readonly<Record<string, string>> = {
  RGW_AMBIGUOUS_PARAMETERS: 'which parameter is unknown, or could be read two ways',
  RGW_APPROVAL_NEEDED: 'which policy package wants an approval, why, and that this gateway can’t ask for one yet',
  RGW_BAD_FRAME: 'what in the request’s HTTP could be read two ways',
  RGW_BODY_TOO_LARGE: 'how large a form may be',
  RGW_BROWSER_CALL: 'why a page in a browser may not call the rack API',
  RGW_CANNOT_LISTEN: 'why the port or address can’t be listened on',
  RGW_CHANGE_UNCLEAR: 'that the rack broke off, and that the change may have been carried out',
  RGW_CLI_BAD_SETTING: 'which setting can’t be used',
  RGW_CLI_GATEWAY_UNREACHABLE: 'which gateway can’t be reached, and why',
  RGW_CLI_JOB_TOKEN_MISSING: 'what to add to the pipeline file, so that the job has an OIDC token',
  RGW_CLI_REFUSED: 'why the policy refuses the command, by which rule, and what to do',
  RGW_CLI_NOT_LOGGED_IN: 'for which gateway there is no token',
  RGW_CLI_TOKEN_EXPIRED: 'when the token ended',
  RGW_CLI_TOKEN_REFUSED: 'that the gateway refused the token',
  RGW_CLI_POLICY_INVALID: 'what is wrong with a policy document or a file of cases, each with line and column',
  RGW_CLI_UNKNOWN_RACK: 'which name is unknown, and which there are',
  RGW_CLI_USAGE: 'what in the command can’t be understood',
  RGW_CLI_LOGIN_FAILED: 'why a login by browser came to nothing',
  RGW_CLI_LOGIN_REFUSED: 'why a login of the command goes no further; see its rules',
  RGW_CONFIG_INVALID: 'every variable that is wrong, and what it should look like',
  RGW_CSRF_REFUSED: 'why a change by a browser’s session is refused: its CSRF token or origin',
  RGW_DATABASE_UNAVAILABLE: 'why PostgreSQL can’t be used, and what to do; never the password',
  RGW_INVALID_BODY: 'which field of the body is wrong',
  RGW_INVALID_NAME: 'which name or e-mail address can’t be used',
  RGW_INVALID_TRUST: 'what in a trust is wrong or would let in too many',
  RGW_LOGIN_MISCONFIGURED: 'what in the configuration of the login can’t be',
  RGW_MISDIRECTED: 'that the address is not PUBLIC_URL, and what that is',
  RGW_NOT_CANONICAL: 'what in the path or query could be read two ways',
  RGW_NOT_PERMITTED: 'the permission or rule, who has it, and what to do',
  RGW_RECORDING_UNAVAILABLE:
    'that a session which has to be recorded can not be, or that there is no store to read from',
  RGW_RECORDING_BROKEN: 'that nothing of a recording could be verified',
  RGW_NO_SUCH_RELEASE: 'that the app has no release of that name to compare the environment with',
  RGW_OUTCOME_NOT_RECORDED: 'that the rack has carried it out, and that its outcome could not be recorded',
  RGW_PACKAGES_TOO_SLOW:
    'the policy packages of this gateway have not judged this within 8 seconds, so what it would come to is not known: ask about fewer calls, or tell an administrator of the gateway',
  RGW_PACKAGE_REFUSED:
    'why a route of a policy package refuses, in the package’s words; the status is the package’s, too',
  RGW_SINK_MISCONFIGURED: 'which sink is to get a kind of event that there is none of',
  RGW_STEP_UP_NEEDED: 'which policy package wants a step-up, why, and that this gateway can’t ask for one yet',
  RGW_UNAUTHENTICATED: 'what is wrong with the credential; see the rules of authentication',
  RGW_UNKNOWN_ROUTE: 'that the rack API has no such method and path, or the gateway doesn’t know it',
  RGW_UNMASKABLE_ANSWER: 'why the rack’s answer could not be masked, so that it isn’t shown',
  RGW_INVALID_FILTER: 'which filter of a search of the audit log can’t be read, and what it looks like',
  RGW_INVALID_REQUEST:
    'which field of the request is not as the endpoint’s schema says, or what is wrong with a proposed policy document',
  RGW_STRONGER_THAN_YOURSELF: 'what the caller wants to give and does not hold, there or for as long',
  RGW_TOO_MANY_REQUESTS:
    'how many calls without a credential that holds one address may make in a minute, that an account was refused too often, or that as many studies of the audit log are under way as a gateway does at once, and how long to wait (Retry-After, too)',
  RGW_UPSTREAM_REDIRECT: 'that the rack answered with a redirect, which is not passed on',
  RGW_UPSTREAM_UNCLEAR: 'that the rack’s answer to a question of the gateway could not be read',
}
