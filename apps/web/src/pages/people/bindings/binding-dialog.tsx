import { useState } from 'react'
import { post } from '../../../api/client.ts'
import { TextField } from '../../../ui/controls/fields.tsx'
import { FormDialog } from '../../../ui/dialogs/form-dialog.tsx'
import { useChange } from '../../../ui/dialogs/use-change.ts'
import { announce } from '../../../ui/status/announce.tsx'
import { BindingFields, bindingOf, emptyBinding } from '../forms/binding-fields.tsx'
import { WarningsDialog } from '../forms/warnings.tsx'
import type { SubjectKind } from '../subjects/subjects.ts'
import { type Subject, SubjectPicker } from './subject-picker.tsx'

interface BindingDialogProps {
  /** Undefined: the person chooses the subject. */
  readonly subject?: { readonly kind: SubjectKind; readonly id: string; readonly name: string }
  readonly onClose: () => void
}

export function BindingDialog({ subject: fixedSubject, onClose }: BindingDialogProps) {
  const [subject, setSubject] = useState<Subject>(fixedSubject ?? { kind: 'user', id: null, name: '' })
  const [binding, setBinding] = useState(emptyBinding)
  const [reason, setReason] = useState('')
  const create = useChange(
    ({ kind, id }: { kind: SubjectKind; id: string }) =>
      post('/bindings', {
        action: `Grant the role ${binding.role} to ${subject.name}`,
        body: { subject: { kind, id }, ...bindingOf(binding), ...(reason.trim() && { reason: reason.trim() }) },
      }),
    ({ role, warnings = [] }) => {
      announce(`${subject.name} now has the role ${role}.`)
      if (warnings.length === 0) onClose()
    },
  )
  if (create.data?.warnings) return <WarningsDialog title="Granted" warnings={create.data.warnings} onClose={onClose} />
  return (
    <FormDialog
      title={fixedSubject === undefined ? 'Grant a role' : `Grant a role to ${fixedSubject.name}`}
      submit="Grant the role"
      change={create}
      onSubmit={() => subject.id !== null && create.mutate({ kind: subject.kind, id: subject.id })}
      onClose={onClose}
    >
      {fixedSubject === undefined && <SubjectPicker subject={subject} onChange={setSubject} />}
      <BindingFields value={binding} onChange={setBinding} />
      <TextField
        label="Reason"
        value={reason}
        onChange={setReason}
        maxLength={500}
        hint="The audit log and the access review show it."
      />
    </FormDialog>
  )
}
