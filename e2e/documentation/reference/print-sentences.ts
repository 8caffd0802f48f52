import { sourceTexts } from './source-texts.ts'

/** Prints every text that the product shows, with the code of an error, to be read aloud. */
for (const { file, line, label, text } of sourceTexts()) process.stdout.write(`${file}:${line} ${label}: ${text}\n`)
