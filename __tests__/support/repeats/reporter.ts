/** The parts of jest's result for one file that are read here. */
interface FileResult {
  readonly testResults: readonly {
    readonly fullName: string
    readonly status: string
    readonly invocations?: number
  }[]
}

/** Lists at the end each test that passed only when it was repeated: `.ci/run` counts these lines. */
export default class RepeatedTests {
  readonly #names: string[] = []

  onTestResult(_test: unknown, { testResults }: FileResult): void {
    for (const { fullName, status, invocations = 1 } of testResults) {
      if (status === 'passed' && invocations > 1) this.#names.push(fullName)
    }
  }

  onRunComplete(): void {
    for (const name of this.#names) console.log(`passed only when repeated: ${name}`)
  }
}
