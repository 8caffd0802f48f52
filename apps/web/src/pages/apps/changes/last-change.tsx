import type { AppChange } from '@rack-gateway/gateway-api'
import { Time } from '../../../ui/time.tsx'
import { VisibleText } from '../../../ui/visible-text.tsx'
import { changeText } from './change-text.ts'

/** @param change null: nobody changed the app in the last year; undefined: not loaded */
export function LastChange({ change }: { readonly change: AppChange | null | undefined }) {
  if (change === undefined) return null
  if (change === null) return 'No change in the last year'
  return (
    <>
      <VisibleText>{change.principal.name}</VisibleText> <VisibleText>{changeText(change)}</VisibleText>,{' '}
      <Time at={change.at} kind="relative" />
    </>
  )
}
