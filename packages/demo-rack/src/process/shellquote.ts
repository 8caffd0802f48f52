import { RackError } from '../errors/rack-error.ts'

/**
 * Splits a command as the rack does (kballard/go-shellquote). Only quotes and backslashes have a special meaning. Words
 * end only at a space, a tab, or a line feed.
 *
 * @throws RackError with the message of go-shellquote for an unterminated quote or escape
 */
export function splitCommand(command: string): string[] {
  const words: string[] = []
  let rest = command.replace(/^[ \t\n]+/, '')
  while (rest !== '') {
    const [word, after] = readWord(rest)
    words.push(word)
    rest = after.replace(/^[ \t\n]+/, '')
  }
  return words
}

function readWord(text: string): [word: string, rest: string] {
  let word = ''
  let at = 0
  while (at < text.length) {
    const character = text[at] ?? ''
    if (' \t\n'.includes(character)) return [word, text.slice(at)]
    const [piece, next] = readPiece(text, at, character)
    word += piece
    at = next
  }
  return [word, '']
}

function readPiece(text: string, at: number, character: string): [piece: string, next: number] {
  if (character === "'") return readSingleQuoted(text, at + 1)
  if (character === '"') return readDoubleQuoted(text, at + 1)
  if (character !== '\\') return [character, at + 1]
  const escaped = text[at + 1]
  if (escaped === undefined) throw new RackError(500, 'Unterminated backslash-escape')
  return [escaped === '\n' ? '' : escaped, at + 2]
}

function readSingleQuoted(text: string, from: number): [string, number] {
  const end = text.indexOf("'", from)
  if (end === -1) throw new RackError(500, 'Unterminated single-quoted string')
  return [text.slice(from, end), end + 1]
}

function readDoubleQuoted(text: string, from: number): [string, number] {
  let piece = ''
  for (let at = from; at < text.length; at += 1) {
    const character = text[at] ?? ''
    if (character === '"') return [piece, at + 1]
    const next = text[at + 1]
    if (character !== '\\' || next === undefined) {
      piece += character
      continue
    }
    at += 1
    if (next === '\n') continue
    piece += '$`"\\'.includes(next) ? next : `\\${next}`
  }
  throw new RackError(500, 'Unterminated double-quoted string')
}
