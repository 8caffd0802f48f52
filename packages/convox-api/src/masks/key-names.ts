const name = /^[A-Za-z_][A-Za-z0-9_.-]{0,127}$/

/** Replaces keys that are not variable names in events and messages. */
export const invalidNamePlaceholder = '[not a variable name]'

/** A key that is no variable name can be a part of a secret: the rack reads every line with `=` as a variable. */
export function isVariableName(key: string): boolean {
  return name.test(key)
}

/** A key for events and messages, or a placeholder if the key could be a part of a secret. */
export function recordedKey(key: string): string {
  return isVariableName(key) ? key : invalidNamePlaceholder
}
