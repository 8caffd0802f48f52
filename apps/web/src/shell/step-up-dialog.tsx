import type { StepUp } from '@rack-gateway/gateway-api'
import { useQuery } from '@tanstack/react-query'
import { ApiError } from '../api/errors/api-error.ts'
import { cancelWaitingCalls, settleWithProof, type WaitingCall } from '../api/step-up/waiting-calls.ts'
import { callText } from '../second-factor/call-text.ts'
import { ProofForm } from '../second-factor/proof-form.tsx'
import { stepUpQuery } from '../second-factor/step-up-query.ts'
import { validityText } from '../second-factor/validity-text.ts'
import { Button } from '../ui/controls/button.tsx'
import { Dialog, DialogButtons } from '../ui/dialogs/dialog.tsx'
import { Problem } from '../ui/problems/problem.tsx'
import { Spinner } from '../ui/status/spinner.tsx'
import { VisibleText } from '../ui/text/visible-text.tsx'

/** Error codes of a step-up that has ended. The call must ask for another step-up. */
const endedCodes: readonly string[] = ['RGW_STEP_UP_ENDED', 'RGW_STEP_UP_MISMATCH', 'RGW_IDENTITY_NOT_FOUND']

export default function StepUpDialog({ call }: { readonly call: WaitingCall }) {
  const {
    data: stepUp,
    error,
    isPending,
  } = useQuery({
    ...stepUpQuery(call.stepUpId),
    // A person without a second factor adds one in another tab, and then comes back to this one.
    refetchOnWindowFocus: ({ state }) => (state.data?.methods.length === 0 ? 'always' : false),
  })
  const askAgain = <Button onPress={() => call.settle({ kind: 'repeat' })}>Ask again</Button>
  const actionFor = (problem: Error) =>
    problem instanceof ApiError && endedCodes.includes(problem.body.code) ? askAgain : undefined
  const cancel = <Button onPress={cancelWaitingCalls}>Cancel</Button>
  return (
    <Dialog title="Confirm with a second factor" isOpen onClose={cancelWaitingCalls}>
      {isPending && <Spinner label="Loading your second factors" />}
      {error && (
        <>
          <Problem error={error} action={actionFor(error)} />
          <DialogButtons>{cancel}</DialogButtons>
        </>
      )}
      {stepUp && (
        <>
          <p>
            <VisibleText as="strong">{call.action ?? actionOf(stepUp)}</VisibleText>
          </p>
          {stepUp.methods.length === 0 ? (
            <NoMethod />
          ) : (
            <>
              <p>{reasonFor(stepUp)}</p>
              <ProofForm
                stepUp={stepUp}
                cancel={cancel}
                actionFor={actionFor}
                onProved={({ proof }) =>
                  proof === null
                    ? call.settle({ kind: 'repeat' })
                    : settleWithProof(call, { secret: proof, withinSeconds: stepUp.withinSeconds })
                }
              />
            </>
          )}
        </>
      )}
    </Dialog>
  )
}

function actionOf({ calls: [first] }: StepUp): string {
  return first === undefined ? 'Prove your second factor' : callText(first)
}

function reasonFor(stepUp: StepUp): string {
  return stepUp.withinSeconds === null
    ? 'The policy requires a second factor for this action, each time.'
    : `This action requires a second factor. The proof is valid ${validityText(stepUp)}, or until you reload or close this page.`
}

function NoMethod() {
  return (
    <>
      <p>
        This action requires a second factor, and you have none that the policy accepts. Add one in another tab, and
        come back: the action then continues here.
      </p>
      <DialogButtons>
        <Button onPress={cancelWaitingCalls}>Cancel</Button>
        <a href="/gateway/second-factors?from=other-tab" target="_blank" rel="noreferrer">
          Add a second factor
        </a>
      </DialogButtons>
    </>
  )
}
