import type { AppChange } from '@rack-gateway/gateway-api'
import { Time } from '../../../ui/time.tsx'
import { VisibleText } from '../../../ui/visible-text.tsx'

/** Empty for a change that did not pass through the gateway, or is not loaded. */
export function WhoAndWhen({ change }: { readonly change: AppChange | null | undefined }) {
  if (!change) return null
  return (
    <>
      <VisibleText>{change.principal.name}</VisibleText>, <Time at={change.at} kind="relative" />
    </>
  )
}
