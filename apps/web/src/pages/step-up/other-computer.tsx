import { Button } from '../../ui/button.tsx'
import { CommandLine } from '../../ui/command-line.tsx'
import { addressOfResult } from './callback.ts'
import styles from './step-up.module.css'

/** Before the proof: the program that asked seems to run on another computer, for example over SSH. */
export function OtherComputerNote({ callback }: { readonly callback: string }) {
  return (
    <p className={styles.note} role="status">
      The command that asked seems to run on another computer, for example over SSH: this browser does not reach it at{' '}
      <code>{new URL(callback).host}</code>. You can continue. After the proof, this page shows what to do.
    </p>
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
        The command that asked seems to run on another computer, for example over SSH. It waits for the result for at
        most five minutes. In a second terminal on <strong>that computer</strong>, run:
      </p>
      <CommandLine>{`curl '${address}'`}</CommandLine>
      <p>
        Or forward the port: run this on <strong>this computer</strong>, with the name of the other computer instead of
        HOST, and then send the result.
      </p>
      <CommandLine>{`ssh -N -L ${port}:${hostname}:${port} HOST`}</CommandLine>
      <div className={styles.buttons}>
        <Button kind="primary" onPress={() => window.open(address, '_blank', 'noopener,noreferrer')}>
          Send the result
        </Button>
      </div>
      <p className={styles.warning}>
        Run the first command only on the computer where you started your own command, and give it to nobody. With it
        and a token of yours, another person could do what you confirmed.
      </p>
    </>
  )
}
