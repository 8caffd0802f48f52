import { Card } from '../../ui/card.tsx'
import { CommandLine } from '../../ui/command-line.tsx'

export function ApplyInstructions() {
  return (
    <Card title="Put the document in force">
      <p>
        The console cannot change the policy. Save the document as the file that <code>POLICY_FILE</code> of the gateway
        names. The gateway checks that file every second, and at once on SIGHUP. A valid document applies to all calls
        that begin afterwards. Open WebSockets that it no longer permits end within a second.
      </p>
      <p>In a pipeline, check the file first:</p>
      <CommandLine>rack-gateway policy check policy.yaml</CommandLine>
      <CommandLine>rack-gateway policy diff @in-force policy.yaml</CommandLine>
    </Card>
  )
}
