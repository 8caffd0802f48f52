import type { StepUp } from '@rack-gateway/gateway-api'
import { deniedResult } from '@rack-gateway/gateway-api/denied-result'
import { useQuery } from '@tanstack/react-query'
import { useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { serverNow } from '../../api/client.ts'
import { ApiError } from '../../api/errors/api-error.ts'
import { useMe } from '../../api/queries.ts'
import { methodName } from '../../second-factor/method-names.ts'
import type { Proof } from '../../second-factor/proof-form.tsx'
import { stepUpQuery } from '../../second-factor/step-up-query.ts'
import { Button } from '../../ui/controls/button.tsx'
import { CommandLine } from '../../ui/controls/command-line.tsx'
import { Card } from '../../ui/layout/card.tsx'
import { Frame } from '../../ui/layout/frame.tsx'
import { Page } from '../../ui/layout/page.tsx'
import { Row } from '../../ui/layout/row.tsx'
import { Stack } from '../../ui/layout/stack.tsx'
import { Problem } from '../../ui/problems/problem.tsx'
import { Spinner } from '../../ui/status/spinner.tsx'
import { VisibleText } from '../../ui/text/visible-text.tsx'
import { SessionList } from '../access/session-list.tsx'
import { addressOfResult, readCallback } from './callback.ts'
import { ConfirmRequest } from './confirm-request.tsx'
import { OtherComputerNote, UndeliveredResult } from './other-computer.tsx'
import { type Reach, reachCallback, sendDenial } from './reach-callback.ts'
import { Request } from './request.tsx'
import type { StepUpSearch } from './step-up-search.ts'

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export default function StepUpPage() {
  const { id = '' }: StepUpSearch = useSearch({ strict: false })
  const isComplete = uuid.test(id)
  const { data, error, refetch } = useQuery({ ...stepUpQuery(id), enabled: isComplete })
  return (
    <Page
      title="Confirm a request with a second factor"
      summary="A program that uses a session of yours asks for this. Check that it was you who started it."
    >
      {!isComplete && (
        <Frame as="p" tone="warn" role="alert">
          The address of this page is incomplete. Open the link that your command prints, as it is.
        </Frame>
      )}
      {error && <NoRequest error={error} retry={() => void refetch()} />}
      {isComplete && data === undefined && !error && <Spinner label="Loading the request" />}
      {data && <LoadedRequest key={id} stepUp={data} />}
    </Page>
  )
}

function LoadedRequest({ stepUp }: { readonly stepUp: StepUp }) {
  const { callback = '' }: StepUpSearch = useSearch({ strict: false })
  const [proof, setProof] = useState<Proof | null>(null)
  const [isForeign, setForeign] = useState(false)
  const target = stepUp.delivery === 'callback' ? readCallback(callback) : null
  const problem = problemOf(stepUp, callback)
  const { data: reach, refetch } = useQuery({
    queryKey: ['step-up-callback', target],
    queryFn: () => reachCallback(target ?? ''),
    enabled: target !== null && problem === null,
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const [saysElsewhere, setSaysElsewhere] = useState(false)
  const isElsewhere = (found: Reach | undefined) =>
    saysElsewhere || found === 'unreachable' || (found === 'unknown' && !stepUp.fromThisAddress)

  async function deliver(proved: Proof): Promise<void> {
    if (target !== null && proved.result !== null && !isElsewhere((await refetch()).data))
      location.assign(addressOfResult(target, proved.result))
    setProof(proved)
  }

  if (proof !== null)
    return (
      <Stack gap={4} isText>
        <Outcome stepUp={stepUp} proof={proof} undeliveredTo={isElsewhere(reach) ? target : null} />
      </Stack>
    )
  if (isForeign) return <NotMe stepUp={stepUp} callback={target} reach={reach} />
  return (
    <Stack gap={4} isText>
      <Request stepUp={stepUp} />
      {problem === null && target !== null && (isElsewhere(reach) || reach === 'unknown') && (
        <OtherComputerNote
          callback={target}
          isElsewhere={isElsewhere(reach)}
          onElsewhere={() => setSaysElsewhere(true)}
        />
      )}
      <ConfirmRequest
        stepUp={stepUp}
        problem={problem}
        onForeign={() => setForeign(true)}
        onProved={(proved) => void deliver(proved)}
      />
    </Stack>
  )
}

/** @returns null if the person can confirm the request on this page */
function problemOf({ delivery, expiresAt, ownRequest, provedAt }: StepUp, callback: string): string | null {
  if (provedAt !== null)
    return 'This request was confirmed already, and each request can be confirmed once. If your command still waits, run it again.'
  if (Date.parse(expiresAt) <= serverNow())
    return 'This request is older than five minutes, so it cannot be confirmed anymore. Run the command again.'
  if (ownRequest || delivery === 'response')
    return 'This page cannot send a result to the page or program that asked. Go back to that page or program, and confirm the request there.'
  if (delivery === 'callback' && readCallback(callback) === null)
    return `${callback === '' ? 'The link has no address for the result' : `The result would go to ${callback}, which is not a program on this computer`}, so the gateway does not send it. Do not open such links. Run the command again, and open the link that it prints.`
  return null
}

/** For a request of another account, the gateway answers as if the request did not exist. */
function NoRequest({ error, retry }: { readonly error: Error; readonly retry: () => void }) {
  const me = useMe()
  if (!(error instanceof ApiError) || error.status !== 404) return <Problem error={error} retry={retry} />
  return (
    <Frame as="p" tone="warn" role="alert">
      <VisibleText>{me.name}</VisibleText> has no such request. It is for another account, or it has ended. If you
      started a command with another account, log out, and open the link again. If not, run the command again.
    </Frame>
  )
}

interface NotMeProps {
  readonly stepUp: StepUp
  /** The address of the program that waits for the result; null if the page must not send anything there. */
  readonly callback: string | null
  readonly reach: Reach | undefined
}

function NotMe({ stepUp, callback, reach }: NotMeProps) {
  const { data: isStopped = false } = useQuery({
    queryKey: ['step-up-denial', stepUp.id],
    queryFn: () => sendDenial(callback ?? ''),
    enabled: callback !== null && reach === 'reachable',
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  })
  return (
    <Stack gap={4} isText>
      <Frame as="p" tone="warn">
        Someone else may have a token of yours. Revoke the session of <VisibleText>{stepUp.device}</VisibleText> now. If
        you do not know which session it is, revoke all sessions, and tell an administrator. This page confirmed
        nothing.
      </Frame>
      <p role="status">
        {isStopped
          ? 'The command on this computer that asked was stopped.'
          : 'If a command of yours still waits for this page, stop it with Ctrl-C.'}
      </p>
      {callback !== null && reach === 'unknown' && (
        <Row gap={3} justify="end">
          <Button onPress={() => window.open(addressOfResult(callback, deniedResult), '_blank', 'noopener,noreferrer')}>
            Stop the command that waits on this computer
          </Button>
        </Row>
      )}
      <SessionList />
    </Stack>
  )
}

interface OutcomeProps {
  readonly stepUp: StepUp
  readonly proof: Proof
  /** The address of the program that asked, if the page cannot send the result there; null: the page sent it. */
  readonly undeliveredTo: string | null
}

function Outcome({ stepUp, proof: { method, result }, undeliveredTo }: OutcomeProps) {
  if (undeliveredTo !== null && result !== null)
    return (
      <Card title="Confirmed: one step is left">
        <p role="status">You confirmed the request with {methodName(method)}.</p>
        <UndeliveredResult callback={undeliveredTo} result={result} />
      </Card>
    )
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
        You confirmed the request with {methodName(method)}. Run this command in the terminal where you started. Then
        continue as the error of the denied command says.
      </p>
      <CommandLine>{`convox api get /gateway-step-up/${result}`}</CommandLine>
      <Frame as="p" tone="warn">
        Type the code <code>{result}</code> only in your own terminal, and give it to nobody. With the code and a token
        of yours, another person could do what you confirmed. The code works once, within five minutes of the request.
      </Frame>
    </Card>
  )
}
