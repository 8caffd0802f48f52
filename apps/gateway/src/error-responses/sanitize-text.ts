/** Characters. */
const longestSentence = 2_000

/**
 * Replaces `%`, because the stock CLI uses the text as a printf format.
 * Replaces characters that control a terminal or its text direction.
 */
export function sanitizeText(text: string): string {
  const plain = text
    .slice(0, longestSentence)
    .replaceAll('%', 'percent')
    .replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, ' ')
  return text.length > longestSentence ? `${plain}…` : plain
}
