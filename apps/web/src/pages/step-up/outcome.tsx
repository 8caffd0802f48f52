import type { StepUp } from '@rack-gateway/gateway-api'
import { methodName } from '../../second-factor/method-names.ts'
import type { Proof } from '../../second-factor/proof-form.tsx'
import { Card } from '../../ui/card.tsx'
import { CommandLine } from '../../ui/command-line.tsx'
import styles from './step-up.module.css'

interface OutcomeProps {
  readonly stepUp: StepUp
  readonly proof: Proof
}

export function Outcome({ stepUp, proof: { method, result } }: OutcomeProps) {
  if (stepUp.delivery !== 'code' || result === null)
    return (
      <Card title="Confirmed">
        <p role="status">
          You confirmed the request with {methodName(method)}. The result goes to the program that asked, on this
          computer. Go back to your terminal. If the terminal shows no result, run the command again.
        </p>
      </Card>
    )
  return (
    <Card title="Confirmed: one step is left">
      <p role="status">
        You confirmed the request with {methodName(method)}. Run this command in the terminal where you started, and
        then repeat your own command.
      </p>
      <CommandLine>{`convox api get /gateway-step-up/${result}`}</CommandLine>
      <p className={styles.warning}>
        Type the code <code>{result}</code> only in your own terminal, and give it to nobody. With the code and a token
        of yours, another person could do what you confirmed. The code works once, within five minutes of the request.
      </p>
    </Card>
  )
}
