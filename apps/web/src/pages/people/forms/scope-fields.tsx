import { useMe } from '../../../api/queries.ts'
import { Checkbox } from '../../../ui/controls/checkbox.tsx'
import { SelectField, TextField } from '../../../ui/controls/fields.tsx'
import { Grid } from '../../../ui/layout/grid.tsx'
import { Stack } from '../../../ui/layout/stack.tsx'
import { useAppNames } from './use-app-names.ts'

export interface ScopeValues {
  /** A name, or a pattern with `*`. Empty until the person chooses. */
  readonly racks: string
  readonly apps: string
  /** Whether the person types patterns, instead of choosing names from lists. */
  readonly hasPatterns: boolean
  readonly allowUnknownRacks: boolean
}

/** Nothing is chosen, so that a role on all racks and all apps is a decision. */
export const emptyScope: ScopeValues = { racks: '', apps: '', hasPatterns: false, allowUnknownRacks: false }

/** For roles whose permissions do not depend on racks and apps. */
export const everywhere = { racks: '*', apps: '*' } as const

interface ScopeFieldsProps<T extends ScopeValues> {
  readonly value: T
  readonly onChange: (value: T) => void
}

export function ScopeFields<T extends ScopeValues>({ value, onChange }: ScopeFieldsProps<T>) {
  const { racks, apps, hasPatterns } = value
  return (
    <Stack gap={2}>
      {hasPatterns ? (
        <PatternFields value={value} onChange={onChange} />
      ) : (
        <NameFields value={value} onChange={onChange} />
      )}
      <Checkbox
        label="Advanced: type patterns"
        isSelected={hasPatterns}
        onChange={(selected) =>
          onChange({
            ...value,
            hasPatterns: selected,
            // A pattern, or a name that no list has, cannot be shown as a choice.
            ...(!selected && {
              racks: racks === '*' ? '*' : '',
              apps: apps === '*' ? '*' : '',
              allowUnknownRacks: false,
            }),
          })
        }
      />
      {hasPatterns && (
        <Checkbox
          label="The rack will be added later"
          isSelected={value.allowUnknownRacks}
          onChange={(selected) => onChange({ ...value, allowUnknownRacks: selected })}
        />
      )}
    </Stack>
  )
}

function NameFields<T extends ScopeValues>({ value, onChange }: ScopeFieldsProps<T>) {
  const me = useMe()
  const { racks, apps } = value
  const { names, hint } = useAppNames(racks)
  return (
    <Grid column="field">
      <SelectField
        label="Rack"
        value={racks}
        onChange={(rack) => onChange({ ...value, racks: rack, apps: apps === '*' ? '*' : '' })}
        isRequired
        options={[
          { value: '', label: 'Choose a rack' },
          ...me.racks.map((rack) => ({ value: rack, label: rack })),
          { value: '*', label: 'All racks' },
        ]}
      />
      <SelectField
        label="App"
        value={apps}
        onChange={(app) => onChange({ ...value, apps: app })}
        isRequired
        options={[
          { value: '', label: 'Choose an app' },
          ...names.map((app) => ({ value: app, label: app })),
          { value: '*', label: 'All apps' },
        ]}
        hint={hint}
      />
    </Grid>
  )
}

function PatternFields<T extends ScopeValues>({ value, onChange }: ScopeFieldsProps<T>) {
  const { racks: ownRacks } = useMe()
  const { racks, apps } = value
  return (
    <Grid column="field">
      <TextField
        label="Racks"
        value={racks}
        onChange={(names) => onChange({ ...value, racks: names })}
        isRequired
        hint={ownRacks.length === 0 ? '* means all racks' : `* means all racks. Yours: ${ownRacks.join(', ')}`}
      />
      <TextField
        label="Apps"
        value={apps}
        onChange={(names) => onChange({ ...value, apps: names })}
        isRequired
        hint="* means all apps. web-* means all apps whose names begin with web-."
      />
    </Grid>
  )
}

/** The members of a request. */
export function scopeOf({ racks, apps, allowUnknownRacks }: ScopeValues) {
  return { racks: racks.trim(), apps: apps.trim(), ...(allowUnknownRacks && { allowUnknownRacks }) }
}
