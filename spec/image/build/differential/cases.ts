import type { BuildOptions } from '../../../../src/image/build/read-build-request.ts';
import type { ContextFiles } from '../build-bench.ts';

export interface DifferentialCase {
  readonly name: string;
  readonly lines: readonly string[];
  readonly files?: ContextFiles;
  readonly options?: Partial<BuildOptions>;
  /** Before the lines, instead of the base image. */
  readonly from?: string;
  /** Paths that differ, and why. */
  readonly except?: Readonly<Record<string, string>>;
  /** Keys of the configuration that differ, and why. */
  readonly exceptConfig?: Readonly<Record<string, string>>;
}

const some: ContextFiles = {
  'a.txt': 'a',
  'b.txt': 'b',
  'c.md': 'c',
  'with space.txt': 'space',
  'dir/one': '1',
  'dir/two': '2',
  'dir/sub/three': '3',
  'dir/link': '-> one',
  'dir/broken': '-> nowhere',
  top: '-> dir/one',
};

export const copyCases: readonly DifferentialCase[] = [
  {
    name: 'a file to a name, to a folder, into one that is there',
    files: some,
    lines: ['COPY a.txt /x', 'COPY a.txt /new/', 'COPY a.txt /etc'],
  },
  { name: 'parents that are missing', files: some, lines: ['COPY a.txt /p/q/r/x'] },
  {
    name: 'a folder: what is in it',
    files: some,
    lines: ['COPY dir /d1', 'COPY dir/ /d2/', 'COPY dir/sub /etc/'],
  },
  { name: 'several sources', files: some, lines: ['COPY a.txt dir c.md /all/'] },
  {
    name: 'globs',
    files: some,
    lines: ['COPY *.txt /t/', 'COPY dir/t?o /q/', 'COPY [ab].* /ab/', 'COPY d* /folders/'],
  },
  { name: 'names with spaces, in JSON', files: some, lines: ['COPY ["with space.txt", "/sp ace/"]'] },
  {
    name: 'a link that is named is followed, one in a folder is kept',
    files: some,
    lines: ['COPY top /followed', 'COPY dir /kept/'],
  },
  { name: 'everything', files: some, lines: ['COPY . /ctx/'] },
  {
    name: 'dots and slashes in sources',
    files: some,
    lines: ['COPY ./a.txt /x1', 'COPY /a.txt /x2', 'COPY dir/../b.txt /x3'],
  },
  {
    name: 'a target through a link to a folder',
    files: some,
    lines: ['COPY a.txt /lib/x', 'COPY dir /lib/', 'COPY b.txt /bin/'],
  },
  {
    name: 'a folder over links to folders',
    files: { 'root/lib/new': 'n', 'root/etc/added': 'x' },
    lines: ['COPY root/ /'],
    except: {
      lib: 'buildah puts a folder in the place of the link, which takes away what it led to; we follow it',
      'lib/new': 'the same',
      'usr/lib/new': 'the same',
    },
  },
  {
    name: 'a target that is a link to a file',
    files: some,
    lines: ['RUN echo old > /real && ln -s /real /alias', 'COPY a.txt /alias'],
    except: {
      alias: 'buildah replaces the link; BuildKit, and we, write what it leads to',
      real: 'the same',
    },
  },
  {
    name: 'a file over a file',
    files: some,
    lines: ['RUN echo old > /f && chmod 600 /f && chown 1000:50 /f', 'COPY a.txt /f'],
  },
  {
    name: 'a folder over a folder with other modes',
    files: some,
    lines: [
      'RUN mkdir -p /m/sub && chmod 700 /m /m/sub && chown 1000:50 /m /m/sub && echo k > /m/sub/keep',
      'COPY dir /m',
    ],
  },
  {
    name: 'numbers and names of owners',
    files: some,
    lines: [
      'COPY --chown=1000:50 dir /n1/',
      'COPY --chown=app:staff a.txt /n2',
      'COPY --chown=app a.txt /n3',
      'COPY --chown=77 a.txt /n4/x',
    ],
  },
  { name: 'modes', files: some, lines: ['COPY --chmod=640 a.txt /m1', 'COPY --chmod=0750 dir /m2/'] },
  {
    name: 'WORKDIR and relative targets',
    files: some,
    lines: [
      'WORKDIR /w',
      'COPY a.txt .',
      'WORKDIR deep/er',
      'COPY b.txt ./',
      'COPY c.md sub/',
      'COPY a.txt ../up',
      'RUN pwd > here',
    ],
  },
  {
    name: 'WORKDIR through a link, in /tmp, of another user',
    files: some,
    lines: ['WORKDIR /lib/w', 'WORKDIR /tmp/t', 'USER app', 'WORKDIR /home/app/w'],
    except: { 'home/app/w': 'BuildKit makes it for the USER of the time, as we do; buildah for root' },
  },
  {
    name: 'ADD unpacks a tar, and copies what is none',
    files: some,
    lines: ['ADD base.tar /unpacked/', 'ADD a.txt /plain', 'ADD dir /added/'],
  },
  {
    name: '.dockerignore',
    files: { ...some, '.dockerignore': '# no\n*.txt\n!b.txt\ndir/**\n!dir/sub\n' },
    lines: ['COPY . /ctx/'],
  },
  {
    name: 'a .dockerignore that leaves only one',
    files: { ...some, '.dockerignore': '*\n!dir/one\n!base.tar\n' },
    lines: ['COPY . /ctx/'],
  },
  {
    name: 'an empty folder and an empty file',
    files: { 'e/empty/': '', 'e/zero': '' },
    lines: ['COPY e /e/'],
  },
];

export const runCases: readonly DifferentialCase[] = [
  {
    name: 'whiteouts of files and folders',
    lines: [
      'RUN mkdir -p /d/e && echo 1 > /d/a && echo 2 > /d/e/b',
      'RUN rm /d/a',
      'RUN rm -r /d/e && rm /etc/group',
    ],
  },
  {
    name: 'a folder deleted and made again, empty of what was',
    lines: [
      'RUN mkdir -p /d/sub && echo 1 > /d/a && echo 2 > /d/sub/b',
      'RUN rm -rf /d && mkdir /d && echo new > /d/c',
    ],
  },
  {
    name: 'a file becomes a folder, a folder a file, a link a folder',
    lines: [
      'RUN mkdir /d && echo 1 > /d/x && echo 1 > /f && ln -s /f /l',
      'RUN rm -r /d /f /l && echo file > /d && mkdir /f /l && echo in > /f/y && echo in > /l/z',
    ],
  },
  {
    name: 'a whiteout of a whiteout',
    lines: ['RUN echo 1 > /w', 'RUN rm /w', 'RUN echo 2 > /w', 'RUN rm /w'],
  },
  {
    name: 'hard links, also to what lies below',
    lines: [
      'RUN mkdir /h && echo 1 > /h/a && ln /h/a /h/b && ln /h/a /top',
      'RUN echo 2 > /h/c && ln /h/c /etc/d',
    ],
  },
  {
    name: 'modes, owners, set-uid and sticky bits',
    lines: [
      'RUN echo 1 > /s && chmod 4755 /s && mkdir /t && chmod 3777 /t && echo 2 > /o && chown 1000:50 /o && chmod 0 /o',
      'RUN chown app:app /t && chmod 700 /etc',
    ],
  },
  {
    name: 'links to anywhere, a pipe',
    lines: [
      'RUN ln -s /absolute/nowhere /l1 && ln -s ../up /l2 && ln -s "with space" "/l 3" && mkfifo /pipe',
    ],
  },
  {
    name: 'names that are not ASCII, and long ones',
    lines: [
      `RUN echo 1 > "/é日本" && mkdir /${'n'.repeat(200)} && echo 2 > /${'n'.repeat(200)}/${'m'.repeat(200)}`,
    ],
  },
  {
    name: 'shell and exec form',
    lines: [
      'RUN echo "a  b" \'$HOME\' > /one',
      'RUN ["/bin/sh", "-c", "echo $0 $1 > /two", "zero", "on e"]',
      'SHELL ["/bin/sh", "-e", "-c"]',
      'RUN echo with a shell of its own > /three',
    ],
  },
  {
    name: 'ENV, quotes and replacement',
    lines: [
      'ENV A=1 B="two words" C=\'single $A\' D=esc\\ aped E=$A$B',
      'ENV OLD the rest of  the line',
      'ENV A=new F=$A',
      'RUN env | sort | tr "\\n" ";" > /env && echo "$A|$B|$C|$D|$E|$F|$OLD" > /values',
    ],
    except: { env: 'of the builder itself there are other variables (HOSTNAME, container)' },
  },
  {
    name: 'replacement with defaults',
    lines: [
      'ENV X=set EMPTY=',
      'ENV R1=${X:-no} R2=${NOPE:-yes} R3=${X:+plus} R4=${EMPTY:-filled} R5=${NOPE:+none}',
      'RUN echo "$R1|$R2|$R3|$R4|$R5" > /r',
      'LABEL path=${X}/y',
      'WORKDIR /${X}',
      'EXPOSE ${NOPE:-8080}',
    ],
  },
  {
    name: 'ARG: defaults, given, of the top, hidden by ENV',
    from: 'ARG TOP=top\nARG BASE=scratch\nFROM ${BASE}\nADD base.tar /',
    lines: [
      'ARG TOP',
      'ARG OWN=own',
      'ARG GIVEN=default',
      'ARG HIDDEN=arg',
      'ENV HIDDEN=env',
      'RUN echo "$TOP|$OWN|$GIVEN|$HIDDEN|$LATER" > /args',
      'ARG LATER=later',
      'RUN echo "$LATER" > /later',
    ],
    options: { args: { GIVEN: 'from outside' } },
  },
  {
    name: 'ARG ends with its stage',
    from: 'FROM scratch AS one\nADD base.tar /\nARG A=1\nRUN echo "$A" > /a\nFROM one',
    lines: ['RUN echo "[$A]" > /b', 'ARG A=2', 'RUN echo "[$A]" > /c'],
  },
  {
    name: 'stages: by name, by number, of each other',
    from: 'FROM scratch AS sys\nADD base.tar /\nFROM sys AS one\nRUN mkdir /o && echo 1 > /o/f && chown 1000:50 /o/f && chmod 640 /o/f && ln -s f /o/l\nFROM sys',
    lines: [
      'COPY --from=one /o /all',
      'COPY --from=1 /o/f /f',
      'COPY --from=one --chown=5:6 /o/ /owned/',
      'COPY --from=one /o/l /followed',
    ],
  },
  {
    name: 'the target of a folder keeps its mode and owner, or is made as any other',
    from: 'FROM scratch AS sys\nADD base.tar /\nFROM sys AS one\nRUN mkdir -p /o/sub && chmod 700 /o && chmod 711 /o/sub && chown 1000:50 /o /o/sub && echo 1 > /o/sub/f\nFROM sys',
    lines: ['COPY --from=one /o /plain', 'COPY --from=one /o /slash/', 'COPY --from=one /o/sub /a/b'],
  },
  {
    name: 'a stage into scratch, with its links',
    from: 'FROM scratch AS sys\nADD base.tar /\nRUN echo 1 > /usr/lib/x\nFROM scratch',
    lines: ['COPY --from=sys /usr/lib /lib', 'COPY --from=sys /etc/passwd /etc/'],
  },
  {
    name: 'comments, empty lines, continued lines',
    lines: [
      '# a comment',
      'RUN echo one \\',
      '  # within',
      '',
      '  two > /x',
      '  # indented',
      'run echo lower > /y',
      'RUN echo a\\',
      'b > /z',
    ],
  },
  {
    name: 'USER and what it owns',
    lines: [
      'USER app',
      'RUN touch /home/app/mine && id -u > /home/app/id',
      'USER 0:50',
      'RUN touch /by-number',
      'USER root',
      'RUN touch /by-root',
    ],
  },
  {
    name: 'ONBUILD of a stage',
    from: 'FROM scratch AS parent\nADD base.tar /\nONBUILD RUN echo triggered > /triggered\nONBUILD ENV BY=parent\nFROM parent',
    lines: ['RUN echo "$BY" > /by'],
  },
];

export const configCases: readonly DifferentialCase[] = [
  {
    name: 'all of the configuration',
    lines: [
      'EXPOSE 80 53/udp 7000-7002',
      'VOLUME /data /more',
      'VOLUME ["/json"]',
      'LABEL one=1 "two words"="a b" three=\'x "y"\'',
      'LABEL multi="line \\',
      'continued"',
      'STOPSIGNAL SIGINT',
      'USER app:staff',
      'ENTRYPOINT ["/bin/sh", "-c"]',
      'CMD ["echo hello"]',
      'HEALTHCHECK --interval=5s --timeout=1m30s --start-period=2s --retries=4 CMD test -e /x',
    ],
    exceptConfig: { ExposedPorts: 'buildah writes a range as it stands; Docker, and we, write each port' },
  },
  { name: 'CMD and ENTRYPOINT as text', lines: ['CMD echo $HOME', 'ENTRYPOINT exec top -b'] },
  {
    name: 'an ENTRYPOINT takes the CMD of its base away',
    from: 'FROM scratch AS p\nADD base.tar /\nCMD ["base"]\nFROM p',
    lines: ['ENTRYPOINT ["own"]'],
  },
  { name: 'a CMD of its own stays', lines: ['CMD ["own"]', 'ENTRYPOINT ["entry"]'] },
  {
    name: 'a shell of its own',
    lines: ['SHELL ["/bin/sh", "-x", "-c"]', 'CMD echo hi', 'ENTRYPOINT echo there'],
    exceptConfig: {
      Cmd: 'buildah takes /bin/sh whatever SHELL says; Docker, and we, take the shell',
      Entrypoint: 'the same',
    },
  },
  {
    name: 'no health check, and one as a list',
    lines: ['HEALTHCHECK CMD ["/bin/true"]', 'HEALTHCHECK NONE'],
  },
  { name: 'labels and ENV twice', lines: ['LABEL a=1', 'LABEL a=2 b=1', 'ENV P=1', 'ENV P=2'] },
  {
    name: 'a target before the end',
    from: 'FROM scratch AS first\nADD base.tar /\nENV IN=first\nFROM first AS second',
    lines: ['ENV IN=second'],
    options: { target: 'first' },
  },
];
