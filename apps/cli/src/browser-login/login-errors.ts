/** How a login ends without a session: why, and what to do. */
export const denied = [
  'the login was denied in the browser: nothing has changed;',
  'to log in after all, run it again and allow it there',
] as const
export const tooLate = ['nobody finished the login within ten minutes:', 'run it again'] as const
