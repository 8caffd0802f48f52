import { Usage } from '../../../errors.ts'
import { printable } from '../../../output/terminal.ts'

export function noRecording(id: string): Error {
  return new Usage(
    `There is no recording ${JSON.stringify(printable(id))}.`,
    'List them: rack-gateway audit recordings',
  )
}
