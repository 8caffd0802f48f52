import { denyLogin, type LoginDenial } from '../login/denial.ts'

const again = 'run "rack-gateway login" again'
const notYou = 'if it was not you who began it, do nothing'

export const unknownCliLogin = denyLogin(
  400,
  'cli-login-unknown',
  'This is not the address of a login',
  'the address was not made by this gateway, or not all of it has arrived:',
  again,
)
export const expiredCliLogin = denyLogin(
  400,
  'cli-login-expired',
  'This login took too long',
  'a login of the rack-gateway command must be finished within ten minutes, and nothing was changed:',
  again,
)
export const decidedCliLogin = denyLogin(
  409,
  'cli-login-decided',
  'This login was decided on already',
  'each login is allowed or denied once:',
  again,
)
export const wrongCliRack = denyLogin(
  403,
  'cli-login-rack',
  'You can’t use the rack that this login is for',
  'the login asks for a session that is good for one rack alone, and you have no role on that one:',
  `${again} with another --as-rack, or ask an administrator of this gateway`,
)
export const noBrowser = denyLogin(
  403,
  'cli-login-no-browser',
  'Only a browser that is logged in decides on a login',
  'a credential was sent that is not a browser’s, and no token leads to another one:',
  'open the address in a browser',
)
export const otherAddress = denyLogin(
  403,
  'cli-login-other-address',
  'This login was begun somewhere else',
  'it was begun at another address than this browser’s, and this gateway refuses that (DEVICE_LOGIN=same-address):',
  `${again} on the same network; ${notYou}, because another person may have sent you the code`,
)
export const unknownUserCode = denyLogin(
  400,
  'cli-login-code',
  'There is no login with this code',
  'it was mistyped, has run out, or was decided on:',
  'type the code that your own terminal shows now',
)
export const tooManyCodes = denyLogin(
  429,
  'cli-login-codes',
  'Too many codes were typed',
  'more codes were typed by you, or from your address, than a person mistypes:',
  'wait ten minutes, then type the code that your own terminal shows then',
)
export const unconfirmed = denyLogin(
  400,
  'cli-login-unconfirmed',
  'It was not confirmed that the login is yours',
  'the login was begun at another address than this browser’s, so the box must be ticked before it is allowed:',
  'type the code again',
)
export const oldLogin = denyLogin(
  403,
  'cli-login-old-login',
  'Log in once more',
  'you logged in to this browser before the login in the terminal began, and only a later login can allow it:',
  'log in once more, and type a code again where there was one',
)

export const endedBrowserSession = denyLogin(
  403,
  'cli-login-session-ended',
  'Log in once more',
  'the session of this browser has ended, so it can not allow a login in a terminal:',
  'log in once more, and type a code again where there was one',
)

export const unknownCode = denyLogin(
  403,
  'cli-code-unknown',
  '',
  'this gateway has handed out no such code, or it is long over:',
  again,
)
export const usedCode = denyLogin(403, 'cli-code-used', '', 'this code was used already, and each counts once:', again)
export const expiredCode = denyLogin(
  403,
  'cli-code-expired',
  '',
  'the code came too late, it is good for a minute:',
  again,
)
export const wrongVerifier = denyLogin(
  403,
  'cli-code-verifier',
  '',
  'the code belongs to a login that another process began, and is spent now:',
  again,
)
export const lockedSince = denyLogin(
  403,
  'cli-login-locked',
  '',
  'the account that allowed this login is locked:',
  'ask an administrator of the gateway to unlock it',
)
export const notPolled = denyLogin(
  403,
  'cli-login-not-polled',
  '',
  'this login ends in the process that began it, so there is nothing to poll:',
  'open its address in the browser of that machine, or begin one with a code by "rack-gateway login --no-browser"',
)
export const unknownSecret = denyLogin(
  403,
  'cli-login-unknown-secret',
  '',
  'this gateway has begun no such login, or it is long over:',
  again,
)
export const usedLogin = denyLogin(
  403,
  'cli-login-used',
  '',
  'the token of this login was handed out already, and is only once:',
  `if it did not arrive, ${again}`,
)
export const deviceLoginOff = denyLogin(
  403,
  'device-login-off',
  '',
  'logging in by a code is switched off at this gateway (DEVICE_LOGIN=off):',
  'run "rack-gateway login" on a machine with a browser, or ask an administrator for an API token and use --token',
)

export type { LoginDenial }

export function isLoginDenial(value: object): value is LoginDenial {
  return 'rule' in value && 'reason' in value
}
