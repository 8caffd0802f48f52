/**
 * Replaces credentials of the gateway (`rgs_`, `rgt_`, `rgw_`, and `rgb_` tokens) in a text that is recorded or logged, whole or
 * cut. The kind stays: `rgt_[hidden]`. A prefix of 16 characters, as lists of tokens show it, stays too.
 *
 * @returns `text` itself when it holds none. Takes time in proportion to its length.
 */
export function redactTokens(text: string): string {
  return text.includes('rg') ? text.replaceAll(token, '$1[hidden]') : text
}

/** Each is its prefix and 63 letters and digits. An underscore may be escaped in an address. */
const token = /(rg[bstw](?:_|%5[Ff]))[A-Za-z0-9]{24,}/g
