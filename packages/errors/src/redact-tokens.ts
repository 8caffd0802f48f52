/**
 * Replaces the gateway's tokens (`rgs_`, `rgt_`, `rgw_`, `rgb_`, and `rgp_` of proofs) in a text that is recorded or
 * logged. The prefix stays: `rgt_[hidden]`. The beginning of a token is replaced, too, if it has 28 characters or more.
 * Shorter beginnings stay, because lists of tokens show the first 16 characters.
 */
export function redactTokens(text: string): string {
  return text.includes('rg') ? text.replaceAll(token, '$1[hidden]') : text
}

/** Whether the text contains a token that `redactTokens` would replace. */
export function containsToken(text: string): boolean {
  return text.includes('rg') && text.search(token) !== -1
}

/** A token is its prefix and 63 letters and digits, or 43 for a proof. A URL may contain the underscore as `%5F`. */
const token = /(rg[bpstw](?:_|%5[Ff]))[A-Za-z0-9]{24,}/g
