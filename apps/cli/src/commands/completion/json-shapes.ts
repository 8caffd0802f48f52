import { Type } from 'typebox'

const Text = Type.String()

const CompletionScript = Type.Object({
  shell: Text,
  script: Type.String({ description: 'the script that the shell loads' }),
})

const CompletionWords = Type.Object({
  words: Type.Array(Type.Object({ word: Text, about: Type.String({ description: 'a description; can be empty' }) })),
  files: Type.Boolean({ description: 'whether a file or directory can follow, too' }),
})

/** What each `completion` command prints with --json. */
export const completionShapes = {
  'completion bash': CompletionScript,
  'completion zsh': CompletionScript,
  'completion fish': CompletionScript,
  'completion powershell': CompletionScript,
  'completion words': CompletionWords,
}
