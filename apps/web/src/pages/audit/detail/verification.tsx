import type { ResponseOf } from '@rack-gateway/gateway-api'
import { useMutation } from '@tanstack/react-query'
import { BadgeCheck, CircleCheck, CircleX } from 'lucide-react'
import { get } from '../../../api/client.ts'
import { Button } from '../../../ui/button.tsx'
import { Problem } from '../../../ui/problem.tsx'
import { canVerify, verifyProof } from '../proof/verify-proof.ts'
import styles from './verification.module.css'

interface VerificationProps {
  /** Undefined while the event is loading. */
  readonly shownEvent: ResponseOf<'getAuditEvent'> | undefined
}

export function Verification({ shownEvent }: VerificationProps) {
  const verify = useMutation({
    async mutationFn(shownEvent: ResponseOf<'getAuditEvent'>) {
      if (!canVerify())
        throw new Error(
          'Browsers can verify events only on a page loaded over https: or from this computer. Use rack-gateway audit prove.',
        )
      const [proof, { keys }] = await Promise.all([
        get('/audit/events/{id}/proof', { id: shownEvent.id }),
        get('/audit/keys', {}),
      ])
      return verifyProof({ shownEvent, proof, keys: keys.map(({ key }) => key) })
    },
  })
  return (
    <div className={styles.verification}>
      <div>
        <Button
          isDisabled={shownEvent === undefined}
          isPending={verify.isPending}
          onPress={() => shownEvent && verify.mutate(shownEvent)}
        >
          <BadgeCheck aria-hidden /> Verify in this browser
        </Button>
      </div>
      {verify.error && <Problem error={verify.error} />}
      {verify.data && (
        <div role="status">
          <p className={styles.outcome} data-verified={verify.data.isVerified}>
            {verify.data.isVerified
              ? 'Verified: the event is in the signed log, as it is shown here.'
              : 'Not verified: a step failed, so the log may have been changed. Do not trust this event.'}
          </p>
          <ol className={styles.steps}>
            {verify.data.steps.map(({ title, isTrue, detail }) => (
              <li key={title} data-true={isTrue}>
                {isTrue ? (
                  <CircleCheck role="img" aria-label="Passed" size={14} />
                ) : (
                  <CircleX role="img" aria-label="Failed" size={14} />
                )}
                <span>
                  {isTrue ? title : `Failed: ${title}`}
                  <code>{detail}</code>
                </span>
              </li>
            ))}
          </ol>
          {verify.data.isVerified && (
            <p className="soft">Compare the key with a copy that you got from another source.</p>
          )}
        </div>
      )}
    </div>
  )
}
