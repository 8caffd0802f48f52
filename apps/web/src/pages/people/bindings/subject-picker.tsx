import { ComboBox } from '../../../ui/combo-box.tsx'
import { Choice } from '../../../ui/fields.tsx'
import { Spinner } from '../../../ui/spinner.tsx'
import { type SubjectKind, subjectKindNames, subjectKinds, useSubjects } from '../parts/subjects.ts'

interface SubjectPickerProps {
  readonly kind: SubjectKind
  readonly id: string | null
  readonly onChange: (subject: { readonly kind: SubjectKind; readonly id: string | null }) => void
  readonly kinds?: readonly SubjectKind[]
}

/** Who gets something. A group can be named before anybody of it has logged in. */
export function SubjectPicker({ kind, id, onChange, kinds = subjectKinds }: SubjectPickerProps) {
  const { options, isPending } = useSubjects()
  return (
    <>
      <Choice
        label="Kind"
        value={kind}
        onChange={(next) => onChange({ kind: next as SubjectKind, id: null })}
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
          onChange={(next) => onChange({ kind, id: next })}
          isOpenEnded={kind === 'group'}
          {...(kind === 'group' && { hint: 'As the identity provider names it' })}
        />
      )}
    </>
  )
}
