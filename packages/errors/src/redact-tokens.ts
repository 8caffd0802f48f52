/**
 * Replaces the gateway's tokens (`rgs_`, `rgt_`, `rgw_`, `rgb_`, and `rgp_` of proofs) in a text that is recorded or logged: whole tokens, and
 * beginnings of 28 characters or more. The kind stays: `rgt_[hidden]`. Shorter beginnings stay too, such as the 16
 * characters in lists of tokens.
 *
 * @returns `text` itself if it contains no token. Takes time in proportion to its length.
 */
export function redactTokens(text: string): string {
  return text.includes('rg') ? text.replaceAll(token, '$1[hidden]') : text
}

/** Each token is its prefix and 63 letters and digits, or 43 for a proof. An underscore may be escaped in an address. */
const token = /(rg[bpstw](?:_|%5[Ff]))[A-Za-z0-9]{24,}/g
