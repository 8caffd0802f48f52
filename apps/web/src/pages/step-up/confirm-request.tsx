import type { StepUp } from '@rack-gateway/gateway-api'
import { Link } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { type Proof, ProofForm } from '../../second-factor/proof-form.tsx'
import { Button } from '../../ui/controls/button.tsx'
import { Frame } from '../../ui/layout/frame.tsx'
import { Row } from '../../ui/layout/row.tsx'
import { VisibleText } from '../../ui/text/visible-text.tsx'

interface ConfirmRequestProps {
  readonly stepUp: StepUp
  /** Why the request cannot be confirmed here; null if it can. */
  readonly problem: string | null
  /** Called if the person says that they did not start the request. */
  readonly onForeign: () => void
  readonly onProved: (proof: Proof) => void
}

/** Asks for a second factor only after the person has said that the request is their own. */
export function ConfirmRequest({ stepUp, problem, onForeign, onProved }: ConfirmRequestProps) {
  const [isOwn, setOwn] = useState(false)
  const notMe = (
    <Button kind="danger" onPress={onForeign}>
      This was not me
    </Button>
  )
  if (problem !== null)
    return (
      <>
        <Frame as="p" tone="warn" role="alert">
          <VisibleText>{problem}</VisibleText>
        </Frame>
        <Row gap={3} justify="end">
          {notMe}
        </Row>
      </>
    )
  return (
    <>
      <Frame as="p" tone="warn">
        If you did not start this yourself, do not continue. Nobody else needs your second factor, and no colleague or
        support asks for it.
      </Frame>
      {stepUp.methods.length === 0 ? (
        <NoFactor>{notMe}</NoFactor>
      ) : isOwn ? (
        <ProofForm stepUp={stepUp} onProved={onProved} cancel={notMe} />
      ) : (
        <Row gap={3} justify="end">
          {notMe}
          <Button kind="primary" onPress={() => setOwn(true)}>
            I started this: continue
          </Button>
        </Row>
      )}
    </>
  )
}

function NoFactor({ children }: { readonly children: ReactNode }) {
  return (
    <>
      <p>
        You have no second factor that the policy accepts for this request. Add one, and then come back. The request
        ends five minutes after it was made. If it has ended, run the command again.
      </p>
      <Row gap={3} justify="end">
        {children}
        <Link to="/second-factors" search={{ from: `${location.pathname}${location.search}` }}>
          Add a second factor
        </Link>
      </Row>
    </>
  )
}
