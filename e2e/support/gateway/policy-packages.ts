import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Files of policy packages that a test writes as an operator would. */
export interface PackageFiles {
  /** @returns the path of the file */
  write(name: string, text: string): Promise<string>
  remove(): Promise<void>
}

export async function packageFiles(): Promise<PackageFiles> {
  const directory = await mkdtemp(join(tmpdir(), 'policy-packages-'))
  return {
    async write(name, text) {
      const path = join(directory, name)
      await writeFile(path, text)
      return path
    },
    remove: () => rm(directory, { recursive: true }),
  }
}
