import type { ResponseOf } from '@rack-gateway/gateway-api'
import { serverNow } from '../../api/client.ts'
import { Frame } from '../../ui/layout/frame.tsx'
import { Time } from '../../ui/time/time.tsx'

interface RequirementProps {
  readonly settings: ResponseOf<'secondFactorSettings'>
  readonly hasFactor: boolean
}

export function Requirement({ settings: { required, requiredBy }, hasFactor }: RequirementProps) {
  if (!required && requiredBy === null) return null
  if (hasFactor) return <p className="soft">The policy requires a second factor of you, and you have one.</p>
  return (
    <Frame as="p" tone="warn">
      {requiredBy === null ? (
        'The policy requires a second factor for some actions that your roles allow. Add one before you need it.'
      ) : Date.parse(requiredBy) <= serverNow() ? (
        <span>
          The policy requires a second factor since <Time at={requiredBy} />. Until you add one, you can only manage
          your own account.
        </span>
      ) : (
        <span>
          The policy requires a second factor from <Time at={requiredBy} /> on. Without one, you can then only manage
          your own account.
        </span>
      )}
    </Frame>
  )
}
