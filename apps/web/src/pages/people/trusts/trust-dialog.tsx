import { useState } from 'react'
import { post } from '../../../api/client.ts'
import { SelectField, TextField } from '../../../ui/controls/fields.tsx'
import { FormDialog } from '../../../ui/dialogs/form-dialog.tsx'
import { useChange } from '../../../ui/dialogs/use-change.ts'
import { Grid } from '../../../ui/layout/grid.tsx'
import { announce } from '../../../ui/status/announce.tsx'
import { BindingFields, type BindingValues, bindingOf, emptyBinding } from '../forms/binding-fields.tsx'
import { WarningsDialog } from '../forms/warnings.tsx'
import { ConditionFields, emptyCondition } from './condition-fields.tsx'
import { type ConditionValues, conditionOf } from './conditions.ts'
import { type Provider, templateOf, templates } from './templates.ts'

type Source = Provider | 'conditions'

export function TrustDialog({ onClose }: { readonly onClose: () => void }) {
  const [name, setName] = useState('')
  const [source, setSource] = useState<Source>('github')
  const [values, setValues] = useState<Readonly<Record<string, string>>>({})
  const [issuer, setIssuer] = useState('')
  const [conditions, setConditions] = useState<readonly ConditionValues[]>([emptyCondition([])])
  const [binding, setBinding] = useState<BindingValues>({
    ...emptyBinding,
    role: 'ci',
    expiry: { after: '365', date: '' },
  })
  const [reason, setReason] = useState('')
  const create = useChange(
    () =>
      post('/trusts', {
        action: `Create the CI trust ${name.trim()}`,
        body: {
          name: name.trim(),
          ...(source === 'conditions'
            ? { issuer: issuer.trim(), conditions: conditions.map(conditionOf) }
            : { template: templateOf(source, values) }),
          ...bindingOf(binding),
          ...(reason.trim() && { reason: reason.trim() }),
        },
      }),
    (trust) => {
      announce(`The trust ${trust.name} was created.`)
      if (!trust.warnings) onClose()
    },
  )
  if (create.data?.warnings)
    return (
      <WarningsDialog title={`${create.data.name} was created`} warnings={create.data.warnings} onClose={onClose} />
    )
  return (
    <FormDialog
      title="Create a CI trust"
      submit="Create the trust"
      width="wide"
      change={create}
      onSubmit={() => create.mutate()}
      onClose={onClose}
    >
      <TextField
        label="Name"
        value={name}
        onChange={setName}
        maxLength={100}
        isRequired
        autoFocus
        hint="For example, deploy-myapp"
      />
      <SelectField
        label="CI system"
        value={source}
        onChange={(next) => setSource(next as Source)}
        options={[
          ...Object.entries(templates).map(([value, { label }]) => ({ value, label })),
          { value: 'conditions', label: 'Other (enter conditions)' },
        ]}
      />
      {source === 'conditions' ? (
        <>
          <TextField
            label="Issuer"
            value={issuer}
            onChange={setIssuer}
            isRequired
            mono
            hint="The exact value of the claim iss"
          />
          <ConditionFields conditions={conditions} onChange={setConditions} />
        </>
      ) : (
        <TemplateFields key={source} provider={source} values={values} onChange={setValues} />
      )}
      <BindingFields value={binding} onChange={setBinding} />
      <TextField label="Reason" value={reason} onChange={setReason} maxLength={500} />
    </FormDialog>
  )
}

interface TemplateFieldsProps {
  readonly provider: Provider
  readonly values: Readonly<Record<string, string>>
  readonly onChange: (values: Readonly<Record<string, string>>) => void
}

function TemplateFields({ provider, values, onChange }: TemplateFieldsProps) {
  const { hint, fields } = templates[provider]
  return (
    <>
      <p className="hint">
        An ID always belongs to one project, but a name can be given to another project. To find the IDs:{' '}
        <code>{hint}</code>
      </p>
      <Grid column="field">
        {fields.map(({ name, label, hint: fieldHint, placeholder, isRequired = false }) => (
          <TextField
            key={name}
            label={label}
            value={values[name] ?? ''}
            onChange={(value) => onChange({ ...values, [name]: value })}
            isRequired={isRequired}
            mono
            {...(placeholder && { placeholder })}
            {...(fieldHint && { hint: fieldHint })}
          />
        ))}
      </Grid>
    </>
  )
}
