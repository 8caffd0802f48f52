import { denyLogin, type LoginDenial } from '../errors/login-denial.ts'

const again = 'Run "rack-gateway login" again.'
const logInAgain = 'Log in again. If your terminal shows a code, type it again.'

/** The denial of a call of the management API. No page shows it, so it has no title. */
function denyApiCall(rule: string, reason: string, remedy = again): LoginDenial {
  return denyLogin(403, rule, { title: '', reason, remedy })
}

export const unknownCliLogin = denyLogin(400, 'cli-login-unknown', {
  title: 'This is not a link to a login',
  reason: 'This link is not from this gateway, or is incomplete.',
  remedy: again,
})
export const expiredCliLogin = denyLogin(400, 'cli-login-expired', {
  title: 'This login took too long',
  reason: 'A login of the rack-gateway command must be finished within ten minutes, so this one was canceled.',
  remedy: again,
})
export const decidedCliLogin = denyLogin(409, 'cli-login-decided', {
  title: 'This login was already allowed or denied',
  reason: 'A login can be allowed or denied only once.',
  remedy: again,
})
export const wrongCliRack = denyLogin(403, 'cli-login-rack', {
  title: 'You cannot use the rack of this login',
  reason: 'The login is for a session on one rack only, and you have no role on that rack.',
  remedy: 'Run "rack-gateway login" again with another --as-rack, or ask an administrator of the gateway.',
})
export const noBrowser = denyLogin(403, 'cli-login-no-browser', {
  title: 'Only a browser session can allow or deny a login',
  reason:
    'The request has a credential that is not a browser session, and a token cannot be used to get another token.',
  remedy: 'Open the address in a browser.',
})
export const otherAddress = denyLogin(403, 'cli-login-other-address', {
  title: 'This login started at another address',
  reason:
    'The login started at an address other than this browser’s, and this gateway denies such logins (DEVICE_LOGIN=same-address).',
  remedy:
    'Run "rack-gateway login" again on the same network. If you did not start this login, do nothing, because another person may have sent you the code.',
})
export const unknownUserCode = denyLogin(400, 'cli-login-code', {
  title: 'There is no login with this code',
  reason: 'The code was mistyped, has expired, or was already used.',
  remedy: 'Type the code that your own terminal shows now.',
})
export const tooManyCodes = denyLogin(429, 'cli-login-codes', {
  title: 'Too many codes were entered',
  reason: 'You, or someone at your address, entered too many codes.',
  remedy: 'Wait ten minutes. Then type the code that your own terminal shows.',
})
export const unconfirmed = denyLogin(400, 'cli-login-unconfirmed', {
  title: 'You did not confirm that the login is yours',
  reason: 'The login started at an address other than this browser’s, so you must tick the box before you allow it.',
  remedy: 'Type the code again.',
})
export const oldLogin = denyLogin(403, 'cli-login-old-login', {
  title: 'Log in again',
  reason: 'You logged in to this browser before the login in the terminal started. Only a later login can allow it.',
  remedy: logInAgain,
})

export const oldConvoxLogin = denyLogin(403, 'convox-login-old-login', {
  title: 'Log in again',
  reason: 'Your login in this browser is older than five minutes, and only a newer login leads to a token.',
  remedy: 'Log in again, and create the token then.',
})
export const convoxWithoutRole = denyLogin(403, 'convox-login-no-role', {
  title: 'You have no role yet',
  reason: 'You have no role on any rack of this gateway, so a token for convox would allow nothing.',
  remedy: 'Ask an administrator of the gateway for a role, and open this page again.',
})
export const endedBrowserSession = denyLogin(403, 'cli-login-session-ended', {
  title: 'Log in again',
  reason: 'The session of this browser has ended, so it cannot allow a login in a terminal.',
  remedy: logInAgain,
})

export const unknownCode = denyApiCall(
  'cli-code-unknown',
  'This gateway did not issue this code, or the code expired long ago.',
)
export const usedCode = denyApiCall('cli-code-used', 'This code was already used, and a code is valid only once.')
export const expiredCode = denyApiCall('cli-code-expired', 'The code has expired. It was valid for one minute.')
export const wrongVerifier = denyApiCall(
  'cli-code-verifier',
  'Another process started the login that this code belongs to. The code was canceled, so that nobody can use it.',
)
export const endedSinceApproval = denyApiCall(
  'cli-login-session-ended',
  'The browser session that allowed this login has ended.',
)
export const lockedSince = denyApiCall(
  'cli-login-locked',
  'The account that allowed this login is locked.',
  'Ask an administrator of the gateway to unlock it.',
)
export const notPolled = denyApiCall(
  'cli-login-not-polled',
  'This login sends its code to the process that started it, so it cannot be polled.',
  'Open its address in a browser on the same machine, or run "rack-gateway login --no-browser" to log in with a code.',
)
export const unknownSecret = denyApiCall(
  'cli-login-unknown-secret',
  'This gateway did not start this login, or the login expired long ago.',
)
export const usedLogin = denyApiCall(
  'cli-login-used',
  'This login already received its token, and each login receives only one.',
  'If it did not arrive, run "rack-gateway login" again.',
)
export const deviceLoginOff = denyLogin(403, 'device-login-off', {
  title: 'Logins with a code are turned off',
  reason: 'This gateway does not allow logins with a code (DEVICE_LOGIN=off).',
  remedy:
    'Run "rack-gateway login" on a machine with a browser, or ask an administrator for an API token and use --token.',
})

export type { LoginDenial }

export function isLoginDenial(value: object): value is LoginDenial {
  return 'rule' in value && 'reason' in value
}
