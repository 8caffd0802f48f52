/** Whether a text can be a token: printable ASCII without spaces. What else is put into a header, its refusal would quote. */
export function isTokenText(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text)
}
