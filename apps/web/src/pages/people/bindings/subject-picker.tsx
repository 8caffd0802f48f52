import { ComboBox } from '../../../ui/controls/combo-box.tsx'
import { SelectField } from '../../../ui/controls/fields.tsx'
import { Spinner } from '../../../ui/status/spinner.tsx'
import { type SubjectKind, subjectKindNames, subjectKinds, useSubjects } from '../subjects/subjects.ts'

export interface Subject {
  readonly kind: SubjectKind
  /** Null until the person chooses a subject. */
  readonly id: string | null
  readonly name: string
}

interface SubjectPickerProps {
  readonly subject: Subject
  readonly onChange: (subject: Subject) => void
  readonly kinds?: readonly SubjectKind[]
}

/** The name of a group can be typed before any member of the group has logged in. */
export function SubjectPicker({ subject: { kind, id }, onChange, kinds = subjectKinds }: SubjectPickerProps) {
  const { options, isPending, nameOf } = useSubjects()
  return (
    <>
      <SelectField
        label="Kind"
        value={kind}
        onChange={(next) => onChange({ kind: next as SubjectKind, id: null, name: '' })}
        options={kinds.map((one) => ({ value: one, label: subjectKindNames[one] ?? one }))}
      />
      {isPending ? (
        <Spinner label="Loading the names" />
      ) : (
        <ComboBox
          key={kind}
          label={subjectKindNames[kind] ?? kind}
          options={options[kind]}
          value={id}
          onChange={(next) => onChange({ kind, id: next, name: next === null ? '' : nameOf(next) })}
          isOpenEnded={kind === 'group'}
          {...(kind === 'group' && { hint: 'As the identity provider names it' })}
        />
      )}
    </>
  )
}
