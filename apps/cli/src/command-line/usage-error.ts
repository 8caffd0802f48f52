import { nearest } from '@rack-gateway/errors/nearest'
import { Usage } from '../errors/errors.ts'
import { printable } from '../terminal/terminal.ts'
import type { Command } from './command-list.ts'
import { argumentsOf, type CommandModule, optionsOf } from './command-module.ts'

export type NamedModule = Pick<Command, 'name' | 'module'>

/** Turns a message of yargs into an error that says what to type instead. */
export function usageError(command: NamedModule, message: string, words: readonly string[]): Error {
  const { name, module } = command
  const flag = words.find((word) => isUnknownOption(module, word))
  if (flag !== undefined) return unknownOption(command, flag)
  const [, surplus] = /Unknown arguments?: (.+)/s.exec(message) ?? []
  if (surplus !== undefined)
    return new Usage(`${name} takes no argument ${printable(surplus.replaceAll('\0', ''))}.`, seeHelp(name))
  const [, key, rejectedValue] = /Argument: (\S+), Given: (".*"), Choices:/.exec(message) ?? []
  if (key !== undefined && rejectedValue !== undefined)
    return notAmongChoices(key, String(JSON.parse(`[${rejectedValue}]`)[0]), module.builder[key]?.choices ?? [])
  const [, option] = /Not enough arguments following: (\S+)/.exec(message) ?? []
  if (option !== undefined) return new Usage(`${typedOption(option)} needs a value.`, seeHelp(name))
  const [, count] = /Not enough non-option arguments: got (\d+)/.exec(message) ?? []
  const argument = argumentsOf(module)[Number(count)]
  if (argument !== undefined)
    return missing(command, `${argument.shown} (${module.builder[argument.name]?.describe ?? ''})`)
  const [, required = ''] = /Missing required arguments?: ([\w-]+)/.exec(message) ?? []
  return required === '' ? new Usage(printable(message), seeHelp(name)) : missing(command, `--${required}`)
}

function isUnknownOption(module: CommandModule, word: string): boolean {
  if (!/^-./.test(word)) return false
  const [flag] = word.split('=')
  return !optionsOf(module).some(([key, { alias }]) => flag === `--${key}` || word.startsWith(`-${alias}`))
}

function unknownOption({ name, module }: NamedModule, word: string): Error {
  const [flag = word] = word.split('=')
  const near = nearest(flag, [...optionsOf(module).map(([key]) => `--${key}`), '--help'])
  return new Usage(
    `${name} has no option ${printable(flag)}.${near === null ? '' : ` Did you mean ${near}?`}`,
    seeHelp(name),
  )
}

function notAmongChoices(key: string, rejectedValue: string, choices: readonly unknown[]): Error {
  const value = rejectedValue.replaceAll('\0', '')
  const near = nearest(value, choices.map(String))
  return new Usage(
    `--${key} cannot be ${printable(value)}.`,
    `${near === null ? '' : `Did you mean ${near}? `}Use one of ${choices.join(', ')}.`,
  )
}

function missing({ name, module }: NamedModule, what: string): Error {
  const [example = ''] = module.examples
  return new Usage(`${name} needs ${what}.`, `For example: ${example.replace(/ +#.*$/, '')}`)
}

function typedOption(key: string): string {
  return key.length === 1 ? `-${key}` : `--${key}`
}

export function seeHelp(name: string): string {
  return `See: rack-gateway help ${name}`
}
