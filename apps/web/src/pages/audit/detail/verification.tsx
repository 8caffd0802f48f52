import type { ResponseOf } from '@rack-gateway/gateway-api'
import { useMutation } from '@tanstack/react-query'
import { BadgeCheck, CircleCheck, CircleX } from 'lucide-react'
import { get } from '../../../api/client.ts'
import { Button } from '../../../ui/controls/button.tsx'
import { Problem } from '../../../ui/problems/problem.tsx'
import { announce } from '../../../ui/status/announce.tsx'
import { VisibleText } from '../../../ui/text/visible-text.tsx'
import { isSamePin, type KeyPin, pinKey, readPin, useKeyPin } from '../proof/key-pin.ts'
import { canVerify, type Verification as Result, type Step, verifyEvent } from '../proof/verify-event.ts'
import { UsedKey } from './used-key.tsx'
import styles from './verification.module.css'

interface VerificationProps {
  /** Undefined while the event is loading. */
  readonly shownEvent: ResponseOf<'getAuditEvent'> | undefined
}

interface VerifyRequest {
  readonly shownEvent: ResponseOf<'getAuditEvent'>
  /** ID of the person who is logged in. */
  readonly user: string
}

export function Verification({ shownEvent }: VerificationProps) {
  const { user, pin } = useKeyPin()
  const verify = useMutation({ mutationFn: verifyWithPin })
  /** Pins the key of the shown result, and verifies again with it. */
  const pinAndVerify = useMutation({
    async mutationFn(key: string) {
      pinKey(user, key, 'gateway')
      announce('The key was pinned.')
      if (shownEvent) verify.mutate({ shownEvent, user })
    },
  })
  const isOutdated = verify.data !== undefined && !isSamePin(verify.data.pin, pin)
  return (
    <div className={styles.verification}>
      <div>
        <Button
          isDisabled={shownEvent === undefined}
          isPending={verify.isPending}
          onPress={() => shownEvent && verify.mutate({ shownEvent, user })}
        >
          <BadgeCheck aria-hidden /> Verify in this browser
        </Button>
      </div>
      {verify.error && <Problem error={verify.error} />}
      {pinAndVerify.error && <Problem error={pinAndVerify.error} />}
      {isOutdated && <p role="status">You changed the pinned key. Verify the event again.</p>}
      {verify.data && !isOutdated && <Outcome result={verify.data.result} onPin={pinAndVerify.mutate} />}
    </div>
  )
}

async function verifyWithPin({ shownEvent, user }: VerifyRequest): Promise<{ pin: KeyPin | null; result: Result }> {
  if (!canVerify())
    throw new Error(
      'Browsers can verify events only on a page loaded over https: or from this computer. Use rack-gateway audit prove.',
    )
  const pin = readPin(user)
  if (pin === 'unreadable')
    throw new Error(
      'The key that you pinned in this browser cannot be read, so nothing was verified. Open the signatures of the audit log at the top of this page, and enter the key again or remove the pin.',
    )
  const [proof, { keys }] = await Promise.all([
    get('/audit/events/{id}/proof', { id: shownEvent.id }),
    // A pinned key replaces the keys that the gateway names.
    pin === null ? get('/audit/keys', {}) : { keys: [] },
  ])
  const input = { shownEvent, proof, pin, keys: keys.map(({ key }) => key) }
  const result = await verifyEvent(input).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'NotSupportedError')
      throw new Error(
        'This browser cannot verify Ed25519 signatures. Update the browser, or use rack-gateway audit prove.',
      )
    throw error
  })
  return { pin, result }
}

function Outcome({ result, onPin }: { readonly result: Result; readonly onPin: (key: string) => void }) {
  const { isVerified, steps, key } = result
  return (
    <>
      <div role="status">
        <p className={styles.outcome} data-verified={isVerified}>
          {outcomeText(result)}
        </p>
        <ol className={styles.steps}>
          {steps.map((step) => (
            <StepItem key={step.title} step={step} />
          ))}
        </ol>
      </div>
      {key && <UsedKey used={key} isVerified={isVerified} onPin={() => onPin(key.key)} />}
    </>
  )
}

function outcomeText({ isVerified, key }: Result): string {
  if (isVerified) return 'Verified: the event is in the signed log, as it is shown here.'
  return key !== null && key.pin !== null && key.connection === null
    ? 'Not verified: the log is signed with another key than the one that you pinned. Do not trust this event.'
    : 'Not verified: a step failed, so the log may have been changed. Do not trust this event.'
}

function StepItem({ step: { title, isTrue, detail } }: { readonly step: Step }) {
  return (
    <li data-true={isTrue}>
      {isTrue ? (
        <CircleCheck role="img" aria-label="Passed" size={14} />
      ) : (
        <CircleX role="img" aria-label="Failed" size={14} />
      )}
      <span>
        {isTrue ? title : `Failed: ${title}`}
        <code>
          <VisibleText>{detail}</VisibleText>
        </code>
      </span>
    </li>
  )
}
