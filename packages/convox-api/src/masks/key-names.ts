const name = /^[A-Za-z_][A-Za-z0-9_.-]{0,127}$/

/** What events and messages have in the place of a key that is no name of a variable. */
export const notAName = '[not a variable name]'

/** Whether a key looks like the name of a variable. The rack takes every line with `=` for one, also a line inside a secret. */
export function isVariableName(key: string): boolean {
  return name.test(key)
}

/** A key as events and messages show it: no part of a secret that the rack takes for a key. */
export function recordedKey(key: string): string {
  return isVariableName(key) ? key : notAName
}
