// The arguments of `LoginFailed`: why the login failed, and the remedy.

export const loginDenied = [
  'The login was denied in the browser, and nothing has changed.',
  'To log in, run the command again and allow the login in the browser.',
] as const
export const loginTimedOut = ['The login was not finished within ten minutes.', 'Run the command again.'] as const
