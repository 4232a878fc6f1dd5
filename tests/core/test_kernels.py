from podsys.core.kernels import find_kernel


def test_the_kernel_of_a_set_of_packages():
    debian = [("linux-image-cloud-amd64", "6.1.192-1", "amd64"),
              ("linux-image-6.1.0-56-cloud-amd64", "6.1.192-1", "amd64")]  # fmt: skip
    assert find_kernel(debian) == "6.1.0-56-cloud-amd64"
    assert find_kernel([("linux-image-unsigned-6.8.0-90-generic", "6.8.0-90.1", "amd64")]) == (
        "6.8.0-90-generic"
    )
    assert find_kernel([("kernel-core", "0:5.14.0-611.9.1.el9_7", "x86_64")]) == (
        "5.14.0-611.9.1.el9_7.x86_64"
    )
    assert find_kernel([("linux-headers-6.1.0-56-amd64", "6.1.192-1", "amd64")]) == ""
    assert find_kernel([("linux-image-nvidia", "1", "amd64"), ("libcuda1", "1", "amd64")]) == ""
