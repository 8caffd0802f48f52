import type { ResponseOf } from '@rack-gateway/gateway-api'
import { post } from '../../api/client.ts'
import { Button } from '../../ui/controls/button.tsx'
import { FormDialog } from '../../ui/dialogs/form-dialog.tsx'
import { useChange } from '../../ui/dialogs/use-change.ts'
import { Card } from '../../ui/layout/card.tsx'
import { Badge } from '../../ui/status/badge.tsx'
import { Time } from '../../ui/time/time.tsx'

interface BackupCodesProps {
  readonly status: ResponseOf<'backupCodeStatus'>
  /** Whether the dialog that confirms new codes is open. */
  readonly isAsking: boolean
  readonly onAsk: () => void
  readonly onClose: () => void
  readonly onCodes: (codes: readonly string[]) => void
}

const warnAt = 3

export function BackupCodes({ status, isAsking, onAsk, onClose, onCodes }: BackupCodesProps) {
  const { remaining, createdAt } = status
  return (
    <Card title="Backup codes" actions={<Button onPress={onAsk}>Create new codes</Button>}>
      <p>
        {remaining === 0 ? 'No code is left. ' : `${remaining} ${remaining === 1 ? 'code is' : 'codes are'} left. `}
        {remaining <= warnAt && <Badge tone="warn">Create new codes</Badge>}
      </p>
      <p className="soft">
        Each code works once, in place of your other second factors. Keep the codes where you can read them without this
        device.
        {createdAt !== null && (
          <>
            {' '}
            They were created on <Time at={createdAt} />.
          </>
        )}
      </p>
      {isAsking && <NewCodesDialog onCodes={onCodes} onClose={onClose} />}
    </Card>
  )
}

function NewCodesDialog({ onCodes, onClose }: Pick<BackupCodesProps, 'onCodes' | 'onClose'>) {
  const create = useChange(
    () => post('/second-factors/backup-codes', { action: 'Create new backup codes' }),
    ({ codes }) => onCodes(codes),
  )
  return (
    <FormDialog
      title="Create new backup codes?"
      submit="Create new codes"
      cancel="Keep the old ones"
      change={create}
      onSubmit={() => create.mutate()}
      onClose={onClose}
    >
      <p>You get ten new codes. The old codes stop working at once.</p>
    </FormDialog>
  )
}
