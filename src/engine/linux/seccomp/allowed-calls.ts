/** System calls that every container may make, by what they are for; names of all architectures together. */
export const allowedCalls: Readonly<Record<string, readonly string[]>> = {
  files: words(`
    access chdir chmod chown chown32 creat faccessat faccessat2 fchdir fchmod fchmodat fchmodat2 fchown fchown32 fchownat
    futimesat getcwd lchown lchown32 link linkat mkdir mkdirat mknod mknodat name_to_handle_at open openat openat2 readlink
    readlinkat rename renameat renameat2 rmdir symlink symlinkat truncate truncate64 umask unlink unlinkat utime utimensat
    utimensat_time64 utimes
  `),
  fileFacts: words(`
    fstat fstat64 fstatat64 fstatfs fstatfs64 getdents getdents64 listmount lstat lstat64 newfstatat stat stat64 statfs
    statfs64 statmount statx
  `),
  extendedAttributes: words(`
    fgetxattr flistxattr fremovexattr fsetxattr getxattr getxattrat lgetxattr listxattr listxattrat llistxattr lremovexattr
    lsetxattr removexattr removexattrat setxattr setxattrat
  `),
  descriptors: words(`
    close close_range copy_file_range dup dup2 dup3 fadvise64 fadvise64_64 fallocate fcntl fcntl64 fdatasync flock fsync
    ftruncate ftruncate64 ioctl _llseek lseek pipe pipe2 pread64 preadv preadv2 pwrite64 pwritev pwritev2 read readahead readv
    sendfile sendfile64 splice sync sync_file_range syncfs tee vmsplice write writev
  `),
  asynchronousInput: words(`
    io_cancel io_destroy io_getevents io_pgetevents io_pgetevents_time64 io_setup io_submit ioprio_get ioprio_set
  `),
  waiting: words(`
    epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_pwait epoll_pwait2 epoll_wait epoll_wait_old eventfd eventfd2
    _newselect poll ppoll ppoll_time64 pselect6 pselect6_time64 select signalfd signalfd4
  `),
  watching: words('fanotify_mark inotify_add_watch inotify_init inotify_init1 inotify_rm_watch'),
  memory: words(`
    brk cachestat madvise map_shadow_stack membarrier memfd_create memfd_secret mincore mlock mlock2 mlockall mmap mmap2
    mprotect mremap mseal msync munlock munlockall munmap pkey_alloc pkey_free pkey_mprotect process_mrelease remap_file_pages
  `),
  processes: words(`
    execve execveat exit exit_group fork getpgid getpgrp getpid getppid getsid gettid kill pause pidfd_open pidfd_send_signal
    prctl restart_syscall setpgid setsid tgkill tkill vfork wait4 waitid waitpid
  `),
  threads: words(`
    futex futex_requeue futex_time64 futex_wait futex_waitv futex_wake get_robust_list get_thread_area rseq set_robust_list
    set_thread_area set_tid_address uretprobe
  `),
  signals: words(`
    alarm rt_sigaction rt_sigpending rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait
    rt_sigtimedwait_time64 rt_tgsigqueueinfo sigaltstack sigprocmask sigreturn
  `),
  identity: words(`
    getegid getegid32 geteuid geteuid32 getgid getgid32 getgroups getgroups32 getresgid getresgid32 getresuid getresuid32
    getuid getuid32 setfsgid setfsgid32 setfsuid setfsuid32 setgid setgid32 setgroups setgroups32 setregid setregid32 setresgid
    setresgid32 setresuid setresuid32 setreuid setreuid32 setuid setuid32
  `),
  givingUpRights: words(
    'capget capset landlock_add_rule landlock_create_ruleset landlock_restrict_self seccomp',
  ),
  limitsAndScheduling: words(`
    getcpu getpriority getrlimit getrusage prlimit64 sched_get_priority_max sched_get_priority_min sched_getaffinity
    sched_getattr sched_getparam sched_getscheduler sched_rr_get_interval sched_rr_get_interval_time64 sched_setaffinity
    sched_setattr sched_setparam sched_setscheduler sched_yield setpriority setrlimit ugetrlimit
  `),
  time: words(`
    adjtimex clock_adjtime clock_adjtime64 clock_getres clock_getres_time64 clock_gettime clock_gettime64 clock_nanosleep
    clock_nanosleep_time64 getitimer gettimeofday nanosleep setitimer time timer_create timer_delete timer_getoverrun
    timer_gettime timer_gettime64 timer_settime timer_settime64 timerfd_create timerfd_gettime timerfd_gettime64
    timerfd_settime timerfd_settime64 times
  `),
  sockets: words(`
    accept accept4 bind connect getpeername getsockname getsockopt listen recv recvfrom recvmmsg recvmmsg_time64 recvmsg send
    sendmmsg sendmsg sendto setsockopt shutdown socketcall socketpair
  `),
  interProcess: words(`
    ipc mq_getsetattr mq_notify mq_open mq_timedreceive mq_timedreceive_time64 mq_timedsend mq_timedsend_time64 mq_unlink
    msgctl msgget msgrcv msgsnd semctl semget semop semtimedop semtimedop_time64 shmat shmctl shmdt shmget
  `),
  machine: words('getrandom riscv_hwprobe sysinfo uname'),
};

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
