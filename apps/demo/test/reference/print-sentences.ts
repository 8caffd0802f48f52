import { listDenials, listErrors, type Sentence } from './sentences.ts'

/** Prints every error and denial with its code and status, one a line, to be read aloud. */
for (const error of await listErrors()) print(error)
for (const [path, denials] of await listDenials()) {
  process.stdout.write(`\n${path}\n`)
  denials.forEach(print)
}

function print({ code, status, reason, remedy: next }: Sentence): void {
  process.stdout.write(`${code} ${status ?? ''}: ${reason} ${next}\n`)
}
