import { AlarmsDialog } from './dialogs/alarms.tsx'
import { CheckpointDialog } from './dialogs/checkpoint.tsx'
import { ExportDialog } from './dialogs/export-dialog.tsx'
import { RangeDialog } from './dialogs/range-dialog.tsx'
import { FilterMistake } from './filter/filter-text.ts'
import type { AuditView } from './use-audit-view.ts'

export function AuditDialogs({ view }: { readonly view: AuditView }) {
  const { filter, text, loadedAt } = view
  const close = () => view.setSearch({ dialog: undefined })
  switch (view.search.dialog) {
    case 'alarms':
      return <AlarmsDialog onClose={close} onOpen={(id) => view.open(id, { closesDialog: true })} />
    case 'checkpoint':
      return <CheckpointDialog onClose={close} />
    case 'range':
      if (filter instanceof FilterMistake) return null
      return <RangeDialog range={filter.query} onClose={close} onRange={(times) => view.setTimes(times)} />
    case 'export':
      if (filter instanceof FilterMistake) return null
      return <ExportDialog query={filter.query} text={text} loadedAt={loadedAt} onClose={close} />
    default:
      return null
  }
}
