# usage: unshare --mount sh overlaid-root.sh SCRATCH LIBRARIES COMMAND…
# Becomes COMMAND with a root that is the host's but for /store/asan, which has LIBRARIES. Nothing of it is left afterwards.
set -e
scratch=$1 libraries=$2 here=$PWD
shift 2
mount -t tmpfs tmpfs "$scratch"
mkdir "$scratch/upper" "$scratch/work" "$scratch/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$scratch/upper,workdir=$scratch/work" "$scratch/root"
cd "$scratch/root"
mkdir -p store/asan ".$here"
cp "$libraries"/* store/asan/
# An overlay has nothing of the file systems mounted below its layers.
for each in /proc /sys /dev /tmp "$here"; do mount --rbind "$each" ".$each"; done
pivot_root . mnt
umount -l /mnt
cd "$here"
exec "$@"
