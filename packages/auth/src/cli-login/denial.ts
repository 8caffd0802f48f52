import { denyLogin, type LoginDenial } from '../login/denial.ts'

const again = 'Run "rack-gateway login" again.'
const logInAgain = 'Log in again. If your terminal shows a code, type it again.'

export const unknownCliLogin = denyLogin(
  400,
  'cli-login-unknown',
  'This is not a link to a login',
  'This link is not from this gateway, or is incomplete.',
  again,
)
export const expiredCliLogin = denyLogin(
  400,
  'cli-login-expired',
  'This login took too long',
  'A login of the rack-gateway command must be finished within ten minutes, so this one was canceled.',
  again,
)
export const decidedCliLogin = denyLogin(
  409,
  'cli-login-decided',
  'This login was already allowed or denied',
  'A login can be allowed or denied only once.',
  again,
)
export const wrongCliRack = denyLogin(
  403,
  'cli-login-rack',
  'You cannot use the rack of this login',
  'The login is for a session on one rack only, and you have no role on that rack.',
  'Run "rack-gateway login" again with another --as-rack, or ask an administrator of the gateway.',
)
export const noBrowser = denyLogin(
  403,
  'cli-login-no-browser',
  'Only a browser session can allow or deny a login',
  'The request has a credential that is not a browser session, and a token cannot be used to get another token.',
  'Open the address in a browser.',
)
export const otherAddress = denyLogin(
  403,
  'cli-login-other-address',
  'This login started at another address',
  'The login started at an address other than this browser’s, and this gateway denies such logins (DEVICE_LOGIN=same-address).',
  'Run "rack-gateway login" again on the same network. If you did not start this login, do nothing, because another person may have sent you the code.',
)
export const unknownUserCode = denyLogin(
  400,
  'cli-login-code',
  'There is no login with this code',
  'The code was mistyped, has expired, or was already used.',
  'Type the code that your own terminal shows now.',
)
export const tooManyCodes = denyLogin(
  429,
  'cli-login-codes',
  'Too many codes were entered',
  'You, or someone at your address, entered too many codes.',
  'Wait ten minutes. Then type the code that your own terminal shows.',
)
export const unconfirmed = denyLogin(
  400,
  'cli-login-unconfirmed',
  'You did not confirm that the login is yours',
  'The login started at an address other than this browser’s, so you must tick the box before you allow it.',
  'Type the code again.',
)
export const oldLogin = denyLogin(
  403,
  'cli-login-old-login',
  'Log in again',
  'You logged in to this browser before the login in the terminal started. Only a later login can allow it.',
  logInAgain,
)

export const oldConvoxLogin = denyLogin(
  403,
  'convox-login-old-login',
  'Log in again',
  'Your login in this browser is older than five minutes, and only a newer login leads to a token.',
  'Log in again, and create the token then.',
)
export const endedBrowserSession = denyLogin(
  403,
  'cli-login-session-ended',
  'Log in again',
  'The session of this browser has ended, so it cannot allow a login in a terminal.',
  logInAgain,
)

// No page shows the denials from here to `usedLogin`, so they have no title.
export const unknownCode = denyLogin(
  403,
  'cli-code-unknown',
  '',
  'This gateway did not issue this code, or the code expired long ago.',
  again,
)
export const usedCode = denyLogin(
  403,
  'cli-code-used',
  '',
  'This code was already used, and a code is valid only once.',
  again,
)
export const expiredCode = denyLogin(
  403,
  'cli-code-expired',
  '',
  'The code has expired. It was valid for one minute.',
  again,
)
export const wrongVerifier = denyLogin(
  403,
  'cli-code-verifier',
  '',
  'Another process started the login that this code belongs to. The code was canceled, so that nobody can use it.',
  again,
)
export const endedSinceApproval = denyLogin(
  403,
  'cli-login-session-ended',
  '',
  'The browser session that allowed this login has ended.',
  again,
)
export const lockedSince = denyLogin(
  403,
  'cli-login-locked',
  '',
  'The account that allowed this login is locked.',
  'Ask an administrator of the gateway to unlock it.',
)
export const notPolled = denyLogin(
  403,
  'cli-login-not-polled',
  '',
  'This login sends its code to the process that started it, so it cannot be polled.',
  'Open its address in a browser on the same machine, or run "rack-gateway login --no-browser" to log in with a code.',
)
export const unknownSecret = denyLogin(
  403,
  'cli-login-unknown-secret',
  '',
  'This gateway did not start this login, or the login expired long ago.',
  again,
)
export const usedLogin = denyLogin(
  403,
  'cli-login-used',
  '',
  'This login already received its token, and each login receives only one.',
  'If it did not arrive, run "rack-gateway login" again.',
)
export const deviceLoginOff = denyLogin(
  403,
  'device-login-off',
  'Logins with a code are turned off',
  'This gateway does not permit logins with a code (DEVICE_LOGIN=off).',
  'Run "rack-gateway login" on a machine with a browser, or ask an administrator for an API token and use --token.',
)

export type { LoginDenial }

export function isLoginDenial(value: object): value is LoginDenial {
  return 'rule' in value && 'reason' in value
}
