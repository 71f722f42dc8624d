import { parseCommand, type WorkflowCommand } from './commands.ts'

export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice'
  readonly message: string
  readonly properties: Readonly<Record<string, string>>
  /** `step` for the output of a step, `runner` for lines of the runner, such as the exit code of a failed step. */
  readonly source: 'step' | 'runner'
}

const titles = { error: 'Error', warning: 'Warning', notice: 'Notice' } as const

/** The output of the steps, line by line: raw, and as displayed on the page of the run. */
export class Log {
  readonly annotations: Annotation[] = []
  readonly masks: string[] = []
  raw = ''
  rendered = ''
  readonly #onOutput: (text: string) => void
  #stopToken: string | undefined
  #refused: string | undefined

  constructor(onOutput: (text: string) => void) {
    this.#onOutput = onOutput
  }

  /** A line that a step printed, without its end. */
  line(text: string): void {
    this.raw += `${text}\n`
    const command = parseCommand(text, this.#stopToken)
    if (this.#stopToken !== undefined) {
      if (command?.name === this.#stopToken.toLowerCase()) this.#stopToken = undefined
      this.#show(text)
    } else if (command === undefined) {
      this.#show(text)
    } else {
      this.#execute(command, text)
    }
  }

  /** Ends a step, and says why it fails although its process did not: the runner refused a command. */
  endStep(): string | undefined {
    const refused = this.#refused
    this.#refused = undefined
    this.#stopToken = undefined
    return refused
  }

  /** An error of the runner itself, which is not output of a step. */
  error(message: string): void {
    this.#annotate('error', message, {}, 'runner')
  }

  #execute({ name, properties, data }: WorkflowCommand, text: string): void {
    switch (name) {
      case 'error':
      case 'warning':
      case 'notice':
        this.#annotate(name, data, properties, 'step')
        break
      case 'add-mask':
        this.#mask(data)
        break
      case 'group':
        this.#show(`▶ ${data}`)
        break
      case 'stop-commands':
        this.#stopToken = data
        this.#show(text)
        break
      case 'add-path':
      case 'save-state':
      case 'set-env':
      case 'set-output':
        this.#refused = `The \`${name}\` command is deprecated or disabled. Please upgrade to using Environment Files.`
        break
      default:
        // debug is shown only in debug runs; endgroup, echo and the matchers show nothing.
        break
    }
  }

  #annotate(
    level: Annotation['level'],
    message: string,
    properties: Annotation['properties'],
    source: Annotation['source']
  ): void {
    this.annotations.push({ level, message, properties, source })
    this.#show(`${titles[level]}: ${message}`)
  }

  /** A secret of several lines is also masked line by line, because programs print it that way. */
  #mask(secret: string): void {
    for (const part of [secret, ...secret.split(/\r?\n/)]) {
      if (part.trim() !== '' && !this.masks.includes(part)) this.masks.push(part)
    }
    // The longest first, so that a secret that contains a shorter one is masked completely.
    this.masks.sort((a, b) => b.length - a.length)
  }

  #show(text: string): void {
    const masked = this.masks.reduce((masked, mask) => masked.replaceAll(mask, '***'), text)
    this.rendered += `${masked}\n`
    this.#onOutput(`${masked}\n`)
  }
}
