import type { PaletteCommand } from './palette-command.ts'

/** The commands that match the typed text: exact matches first, then prefixes, and then words inside. */
export function rankCommands(commands: readonly PaletteCommand[], typed: string): readonly PaletteCommand[] {
  const text = typed.trim().toLowerCase()
  if (text === '') return commands
  return commands
    .map((command) => ({ command, rank: rankOf(command, text) }))
    .filter(({ rank }) => rank !== null)
    .sort((one, other) => (one.rank ?? 0) - (other.rank ?? 0))
    .map(({ command }) => command)
}

function rankOf({ label, name = label, position }: PaletteCommand, text: string): number | null {
  if (position !== undefined) return position === 'first' ? 0 : 5
  const names = [name.toLowerCase(), label.toLowerCase()]
  if (names.includes(text)) return 1
  if (names.some((one) => one.startsWith(text))) return 2
  const typedWords = text.split(/\s+/)
  const words = wordsOf(label)
  if (typedWords.every((typed) => words.some((word) => word.startsWith(typed)))) return 3
  return typedWords.every((typed) => label.toLowerCase().includes(typed)) ? 4 : null
}

function wordsOf(label: string): readonly string[] {
  return label.toLowerCase().split(/[^\p{L}\p{N}]+/u)
}
