import { useBlocker } from '@tanstack/react-router'
import { useState } from 'react'
import { Checkbox } from '../../../ui/controls/checkbox.tsx'
import { SecretLine } from '../../../ui/controls/secret-line.tsx'
import { CloseButton, Dialog } from '../../../ui/dialogs/dialog.tsx'
import { announce } from '../../../ui/status/announce.tsx'
import { WarningList } from '../forms/warnings.tsx'

interface SecretDialogProps {
  readonly title: string
  readonly secret: string
  readonly warnings?: readonly string[] | undefined
  readonly onClose: () => void
}

/** The token is never shown again, so the dialog closes only when the person confirms that the token is stored. */
export function SecretDialog({ title, secret, warnings, onClose }: SecretDialogProps) {
  const [isStored, setStored] = useState(false)
  useBlocker({
    shouldBlockFn: () => {
      announce('Store the token first. It is not shown again.')
      return true
    },
    disabled: isStored,
  })
  return (
    <Dialog title={title} isOpen isDismissable={false} onClose={onClose}>
      <p>Copy the token now. It is not shown again, and the gateway keeps only its digest.</p>
      <SecretLine secret={secret} what="The token" />
      <WarningList warnings={warnings} />
      <Checkbox label="I stored the token" isSelected={isStored} onChange={setStored} />
      <CloseButton isDisabled={!isStored} onClose={onClose} />
    </Dialog>
  )
}
