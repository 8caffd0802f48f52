import type { AppChange } from '@rack-gateway/gateway-api'
import { VisibleText } from '../../../../ui/text/visible-text.tsx'
import { Time } from '../../../../ui/time/time.tsx'

/** Who made the change, and when. Empty for a change that did not pass through the gateway, or is not loaded. */
export function ChangeAuthor({ change }: { readonly change: AppChange | null | undefined }) {
  if (!change) return null
  return (
    <>
      <VisibleText>{change.principal.name}</VisibleText>, <Time at={change.at} kind="relative" />
    </>
  )
}
