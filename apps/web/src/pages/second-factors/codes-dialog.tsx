import { useBlocker } from '@tanstack/react-router'
import { Download } from 'lucide-react'
import { useState } from 'react'
import { Button } from '../../ui/controls/button.tsx'
import { Checkbox } from '../../ui/controls/checkbox.tsx'
import { CopyButton } from '../../ui/controls/copy-button.tsx'
import { CloseButton, Dialog } from '../../ui/dialogs/dialog.tsx'
import { Frame } from '../../ui/layout/frame.tsx'
import { Grid } from '../../ui/layout/grid.tsx'
import { Row } from '../../ui/layout/row.tsx'
import { announce } from '../../ui/status/announce.tsx'

interface CodesDialogProps {
  readonly codes: readonly string[]
  readonly onClose: () => void
}

/** The codes are never shown again, so the dialog closes only when the person confirms that the codes are stored. */
export function CodesDialog({ codes, onClose }: CodesDialogProps) {
  const [isStored, setStored] = useState(false)
  useBlocker({
    shouldBlockFn: () => {
      announce('Store the backup codes first. They are not shown again.')
      return true
    },
    disabled: isStored,
  })
  const text = `${codes.join('\n')}\n`
  return (
    <Dialog title="Your backup codes" isOpen isDismissable={false} onClose={onClose}>
      <p>
        Store these codes now. They are not shown again, and the gateway keeps only their digests. If you lose your
        other second factors, each code works once in their place.
      </p>
      <Frame tone="sunken">
        <Grid as="ul" column="small" gap={1} aria-label="Backup codes">
          {codes.map((code) => (
            <li key={code}>
              <code>{code}</code>
            </li>
          ))}
        </Grid>
      </Frame>
      <Row>
        <CopyButton text={text} what="The backup codes" label="Copy all" />
        <Button
          kind="quiet"
          onPress={() => saveText(`Backup codes of ${location.host}\n\n${text}`, 'backup-codes.txt')}
        >
          <Download aria-hidden />
          Download
        </Button>
      </Row>
      <Checkbox label="I stored the codes" isSelected={isStored} onChange={setStored} />
      <CloseButton isDisabled={!isStored} onClose={onClose} />
    </Dialog>
  )
}

function saveText(text: string, name: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
  Object.assign(document.createElement('a'), { href: address, download: name }).click()
  URL.revokeObjectURL(address)
}
