import { Button } from '../../ui/controls/button.tsx'
import { CommandLine } from '../../ui/controls/command-line.tsx'
import { Frame } from '../../ui/layout/frame.tsx'
import { Row } from '../../ui/layout/row.tsx'
import { addressOfResult } from './callback.ts'

interface OtherComputerNoteProps {
  readonly callback: string
  /** Whether the program that asked seems to run on another computer, for example over SSH. */
  readonly isElsewhere: boolean
  /** Called if the person says that the program runs on another computer. */
  readonly onElsewhere: () => void
}

/** Before the proof. */
export function OtherComputerNote({ callback, isElsewhere, onElsewhere }: OtherComputerNoteProps) {
  const { host } = new URL(callback)
  if (isElsewhere)
    return (
      <Frame as="p" role="status">
        The command that asked seems to run on another computer, for example over SSH, so this page cannot send the
        result to <code>{host}</code>. You can continue. After the proof, this page shows what to do.
      </Frame>
    )
  return (
    <Frame gap={2}>
      <p>
        The result goes to the command that waits on this computer, at <code>{host}</code>.
      </p>
      <Row gap={3} justify="end">
        <Button onPress={onElsewhere}>My command runs on another computer</Button>
      </Row>
    </Frame>
  )
}

interface UndeliveredResultProps {
  readonly callback: string
  readonly result: string
}

/** The result is useless without the session of the program that asked. */
export function UndeliveredResult({ callback, result }: UndeliveredResultProps) {
  const { hostname, port } = new URL(callback)
  const address = addressOfResult(callback, result)
  return (
    <>
      <p>
        The command that asked runs on another computer, for example over SSH. It waits for the result for at most five
        minutes. In a second terminal on <strong>that computer</strong>, run:
      </p>
      <CommandLine>{`curl '${address}'`}</CommandLine>
      <p>
        Or forward the port: run this on <strong>this computer</strong>, with the name of the other computer instead of
        HOST, and then send the result.
      </p>
      <CommandLine>{`ssh -N -L ${port}:${hostname}:${port} HOST`}</CommandLine>
      <Row gap={3} justify="end">
        <Button kind="primary" onPress={() => window.open(address, '_blank', 'noopener,noreferrer')}>
          Send the result
        </Button>
      </Row>
      <Frame as="p" tone="warn">
        Run the first command only on the computer where you started your own command, and give it to nobody. With it
        and a token of yours, another person could do what you confirmed.
      </Frame>
    </>
  )
}
